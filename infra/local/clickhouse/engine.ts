import { writeFileSync } from 'node:fs';
import { type ChdbAddon, loadAddon, type NativeConnection } from './addon';
import { faultFromEngine } from './errors';
import { quoted } from './quoting';

/** What a statement did. `rows` and `bytes` count its result, or what it wrote, materialized views included. */
export interface Outcome {
  output: Buffer;
  rows: number;
  bytes: number;
  elapsedSeconds: number;
}

export interface EngineOptions {
  dataDir: string;
  /** Where the engine's configuration is written. */
  configPath: string;
  maxMemoryBytes: number;
  /** The only folder that BACKUP writes to and RESTORE reads from. */
  backupDir: string;
  /** A users.xml; without it nobody is denied anything. */
  usersConfig?: string;
}

/** The embedded engine on one data directory. Another process with the same directory is refused by the engine. */
export class Engine {
  private constructor(
    private readonly addon: ChdbAddon,
    private readonly dataDir: string,
    private readonly engineArguments: string[],
    /** Open as long as the engine: it shuts down with its last connection. Also the one that kills queries. */
    private readonly keeper: EngineConnection,
    readonly version: string,
  ) {}

  static async open({ dataDir, configPath, maxMemoryBytes, backupDir, usersConfig }: EngineOptions): Promise<Engine> {
    writeFileSync(configPath, configuration(maxMemoryBytes, backupDir));
    const users = usersConfig === undefined ? [] : [`--users_config=${usersConfig}`];
    const engineArguments = [`--config-file=${configPath}`, ...users, ...defaults(maxMemoryBytes)];
    const addon = loadAddon();
    const keeper = new EngineConnection(addon, addon.CreateConnection(dataDir, engineArguments));
    const { output } = await keeper.run('SELECT version()', 'TabSeparatedRaw');
    return new Engine(addon, dataDir, engineArguments, keeper, output.toString('utf8').trim());
  }

  /** A connection with settings of its own; it takes 0.3 ms and no memory to speak of. */
  connect(): EngineConnection {
    return new EngineConnection(this.addon, this.addon.CreateConnection(this.dataDir, this.engineArguments));
  }

  /** Cancels the statement that runs with this log_comment, if there is one; it ends with error 394 soon after. */
  async kill(logComment: string): Promise<void> {
    await this.keeper.run(`KILL QUERY WHERE Settings['log_comment'] = ${quoted(logComment)} ASYNC`, 'Null');
  }

  close(): void {
    this.keeper.close();
  }
}

/** One connection: it runs one statement after another; several run side by side. */
export class EngineConnection {
  constructor(
    private readonly addon: ChdbAddon,
    private readonly native: NativeConnection,
  ) {}

  /** Runs one statement and gives its whole answer. Throws ClickHouseFault. */
  async run(sql: string, format: string): Promise<Outcome> {
    try {
      const result = await this.addon.QueryAsyncConnection(this.native, sql, format);
      const { bytes, rowsRead, bytesRead, elapsed } = result;
      const output = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
      return { output, rows: rowsRead, bytes: bytesRead, elapsedSeconds: elapsed };
    } catch (error) {
      throw faultFromEngine(error);
    }
  }

  /** Runs an INSERT that says itself where its data is, and counts what it wrote. Throws ClickHouseFault. */
  async insert(sql: string): Promise<Outcome> {
    try {
      // The addon wants data to put behind the statement: a blank is none.
      const result = await this.addon.InsertRawAsyncConnection(this.native, sql, Buffer.from(' '), false);
      const { rowsWritten, bytesWritten, elapsed } = result;
      return { output: Buffer.alloc(0), rows: rowsWritten, bytes: bytesWritten, elapsedSeconds: elapsed };
    } catch (error) {
      throw faultFromEngine(error);
    }
  }

  /** Only when nothing runs on it. */
  close(): void {
    this.addon.CloseConnection(this.native);
  }
}

/** Settings that every connection begins with; a request may set others. */
function defaults(maxMemoryBytes: number): string[] {
  const settings: Record<string, number> = {
    // The embedded engine would take `selec 1` for a SELECT; a server does not.
    implicit_select: 0,
    // One statement leaves room for the loader beside it, and goes to disk before it takes all it may.
    max_memory_usage: Math.floor(maxMemoryBytes * 0.6),
    max_bytes_before_external_group_by: Math.floor(maxMemoryBytes * 0.15),
    max_bytes_before_external_sort: Math.floor(maxMemoryBytes * 0.15),
  };
  return Object.entries(settings).map(([name, value]) => `--${name}=${value}`);
}

/**
 * Caches small and background work modest: the engine's defaults are for a server (5 GB of marks, 90 % of the memory).
 */
function configuration(maxMemoryBytes: number, backupDir: string): string {
  const megabyte = 1 << 20;
  const entries: Record<string, string | number> = {
    display_name: 'customer-dynamics-local',
    timezone: 'UTC',
    max_server_memory_usage: maxMemoryBytes,
    mark_cache_size: 64 * megabyte,
    primary_index_cache_size: 64 * megabyte,
    index_mark_cache_size: 16 * megabyte,
    uncompressed_cache_size: 0,
    mmap_cache_size: 100,
    background_pool_size: 4,
    background_schedule_pool_size: 8,
    background_common_pool_size: 4,
    background_move_pool_size: 1,
    background_fetches_pool_size: 1,
    // Threads are kept for the next statement; by default a thousand of them.
    max_thread_pool_free_size: 64,
  };
  const lines = Object.entries(entries).map(([name, value]) => `  <${name}>${value}</${name}>`);
  // Clusters to try the cluster form of the schema on: shards that are all this engine, which asks itself without a
  // connection. It takes addresses for its own by this port, which it does not open.
  const shard = '<shard><replica><host>127.0.0.1</host><port>9000</port></replica></shard>';
  lines.push('  <tcp_port>9000</tcp_port>');
  lines.push(`  <remote_servers><self>${shard}</self><self_twice>${shard}${shard}</self_twice></remote_servers>`);
  lines.push(`  <backups><allowed_path>${escaped(backupDir)}</allowed_path></backups>`);
  return `<clickhouse>\n${lines.join('\n')}\n</clickhouse>\n`;
}

const escaped = (text: string): string => text.replace(/[&<>]/g, (mark) => `&#${mark.charCodeAt(0)};`);
