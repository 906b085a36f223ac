import { Readable } from 'node:stream';
import { type ClickHouseClient, ClickHouseError, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { Log } from '../lib/log';
import { type InsertBlock, type InsertPlan, insertStatement, trialStatement } from './domain/insert-statement';
import { shardOf } from './domain/shard';
import type { Status } from './domain/status-book';
import { statusRow } from './domain/status-row';
import { isDataFault } from './refused-data';
import type { LoadSettings } from './settings';

/** Offsets of `pipeline_status`, by topic and partition. */
export interface LoadedOffset {
  topic: string;
  partition: number;
  loaded_offset: number;
}

const neededTables = ['interactions_landing', 'sessions_landing', 'dead_letters_landing', 'pipeline_status_log'];
const probeEveryMs = 2_000;
const probeWithinMs = 5_000;

/**
 * ClickHouse as load uses it. Knows by its last answer whether it can be reached; asks every two seconds besides.
 *
 * `insert` may have taken effect although it rejects: repeat it with the same block, token and plan.
 */
export class Warehouse {
  private readonly client: ClickHouseClient;
  /** Where blocks go: one client a shard; without a cluster the one there is. */
  private readonly shards: readonly ClickHouseClient[];
  private readonly registryUrl: string;
  private reason = 'ClickHouse: not asked yet';
  private faults = 0;
  /** Faults after which what was loaded was seen to be there still. */
  private faultsChecked = 0;
  private probing = false;
  private readonly timer: NodeJS.Timeout;
  /** Whether the tables hold something for certain: heartbeats alone are progress too, and no rows. */
  hasInserted = false;
  /** Asked before anything is written to a ClickHouse that was away: it may be another, with nothing in it. Rejects then. */
  beforeWritingAgain: () => Promise<void> = async () => {};

  constructor(
    settings: LoadSettings,
    private readonly log: Log,
  ) {
    this.registryUrl = settings.CLICKHOUSE_SCHEMA_REGISTRY_URL ?? settings.SCHEMA_REGISTRY_URL;
    const connect = (url: string): ClickHouseClient =>
      createClient({
        url,
        database: settings.CLICKHOUSE_DATABASE,
        username: settings.CLICKHOUSE_USER,
        password: settings.CLICKHOUSE_PASSWORD,
        application: 'load',
        request_timeout: settings.LOAD_INSERT_TIMEOUT_MS,
        max_open_connections: 32,
        keep_alive: { enabled: true, idle_socket_ttl: 2_000 },
        log: { level: ClickHouseLogLevel.OFF },
      });
    this.client = connect(settings.CLICKHOUSE_URL);
    this.shards = settings.CLICKHOUSE_SHARD_URLS?.map(connect) ?? [this.client];
    this.timer = setInterval(() => void this.probe(), probeEveryMs);
  }

  /** Why nothing can be inserted; empty when it can. */
  notReady(): string[] {
    return this.reason === '' ? [] : [this.reason];
  }

  /** Rejects when ClickHouse does not answer within 5 s or lacks a table that load writes to. */
  async check(): Promise<void> {
    const signal = AbortSignal.timeout(probeWithinMs);
    await this.watched(undefined, async () => {
      await Promise.all(this.shards.map((shard) => requireTables(shard, signal)));
    });
  }

  async insert(plan: InsertPlan, block: InsertBlock, body: Buffer, signal: AbortSignal): Promise<void> {
    const shard = this.shards[shardOf(block.partition, this.shards.length)];
    await this.requireTheSame();
    await this.watched(signal, () => this.send(shard, insertStatement(plan, block, this.registryUrl), body, signal));
    this.hasInserted = true;
  }

  /** Whether ClickHouse can read a body; leaves nothing behind. Rejects when it cannot say. */
  async accepts(plan: InsertPlan, body: Buffer, signal: AbortSignal): Promise<boolean> {
    try {
      await this.watched(signal, () => this.send(this.client, trialStatement(plan, this.registryUrl), body, signal));
      return true;
    } catch (error) {
      if (isDataFault(error)) return false;
      throw error;
    }
  }

  async writeStatus(rows: readonly Status[]): Promise<void> {
    await this.requireTheSame();
    await this.client.insert({
      table: 'pipeline_status_log',
      values: rows.map(statusRow),
      columns: [
        'topic',
        'partition',
        'loaded_offset',
        'loaded_until',
        'raw_partitions',
        'raw_time',
        'raw_offset',
        'change_seq',
        'progress_change_seq',
        'input_offset',
        'command_offset',
      ],
      format: 'JSONEachRow',
    });
  }

  async command(query: string, query_params: Record<string, unknown>): Promise<void> {
    await this.client.command({ query, query_params });
  }

  async insertRows(table: string, values: readonly Record<string, unknown>[]): Promise<void> {
    await this.client.insert({ table, values, format: 'JSONEachRow' });
  }

  /** Rows that are seen together or not at all: one block to a table without partitions. */
  async insertOneBlock(table: string, values: readonly Record<string, unknown>[]): Promise<void> {
    await this.client.insert({
      table,
      values,
      format: 'JSONEachRow',
      clickhouse_settings: {
        async_insert: 0,
        input_format_parallel_parsing: 0,
        max_insert_threads: '1',
        max_insert_block_size: '1048576',
        min_insert_block_size_rows: '1048576',
        min_insert_block_size_bytes: '268435456',
      },
    });
  }

  async loadedOffsets(): Promise<LoadedOffset[]> {
    const rows = await this.rows<LoadedOffset>('SELECT topic, partition, loaded_offset FROM pipeline_status');
    return rows.map((row) => ({ ...row, loaded_offset: Number(row.loaded_offset) }));
  }

  /** Whether no table that blocks reach first holds a row. */
  async isEmpty(): Promise<boolean> {
    const [{ n }] = await this.rows<{ n: number }>(
      'SELECT (SELECT count() FROM interactions) + (SELECT count() FROM sessions) + (SELECT count() FROM dead_letters_log) AS n',
    );
    return n === 0;
  }

  async close(): Promise<void> {
    clearInterval(this.timer);
    await Promise.all([...new Set([this.client, ...this.shards])].map((client) => client.close()));
  }

  private async requireTheSame(): Promise<void> {
    const { faults } = this;
    if (faults === this.faultsChecked) return;
    await this.beforeWritingAgain();
    this.faultsChecked = faults;
  }

  private async probe(): Promise<void> {
    if (this.probing) return;
    this.probing = true;
    // What is wrong stands in `reason`.
    await this.check().catch(() => undefined);
    this.probing = false;
  }

  /** Rows of a query; 64-bit integers as numbers. */
  async rows<T>(query: string, query_params: Record<string, unknown> = {}, abort_signal?: AbortSignal): Promise<T[]> {
    return (
      await this.client.query({
        query,
        query_params,
        abort_signal,
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      })
    ).json<T>();
  }

  private async send(client: ClickHouseClient, query: string, body: Buffer, abort_signal: AbortSignal): Promise<void> {
    const { stream } = await client.exec({
      query,
      values: Readable.from([body], { objectMode: false }),
      abort_signal,
    });
    for await (const _ of stream);
  }

  /**
   * Keeps `reason` up to date, with one line for each change. Neither a fault of the data nor a request given up by its
   * caller says that ClickHouse is away.
   */
  private async watched(signal: AbortSignal | undefined, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      if (this.reason !== '') this.log.info('ClickHouse can be written to');
      this.reason = '';
    } catch (error) {
      if (isDataFault(error) || signal?.aborted) throw error;
      const reason = `ClickHouse: ${faultOf(error)}`;
      if (this.reason !== reason) this.log.warn(reason);
      this.reason = reason;
      this.faults += 1;
      throw error;
    }
  }
}

async function requireTables(client: ClickHouseClient, abort_signal: AbortSignal): Promise<void> {
  const asked = client.query({
    query: 'SELECT name FROM system.tables WHERE database = currentDatabase() AND name IN ({names: Array(String)})',
    query_params: { names: neededTables },
    format: 'JSONEachRow',
    abort_signal,
  });
  const found = await asked
    .then((result) => result.json<{ name: string }>())
    .catch((error) => {
      throw abort_signal.aborted ? new Error(`no answer within ${probeWithinMs} ms`) : error;
    });
  const missing = neededTables.filter((name) => !found.some((table) => table.name === name));
  if (missing.length > 0) {
    throw new Error(`the database lacks ${missing.join(', ')}: apply the migrations (infra/clickhouse)`);
  }
}

function faultOf(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  if (error instanceof ClickHouseError) return `${message.slice(0, 300)} (code ${code})`;
  return message || String(code);
}
