import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ClickHouseLogLevel, createClient } from '@clickhouse/client';
import { connectDatabase } from '../../../infra/clickhouse/database';
import { migrate } from '../../../infra/clickhouse/migrate';
import { schemaTexts } from '../../../schemas/types';
import { avroType } from '../../../services/lib/avro';
import { createLog } from '../../../services/lib/log';
import { readSettings } from '../../../services/lib/settings';
import { currentVersion, insertPlans } from '../../../services/load/domain/insert-plans';
import type { InsertPlan } from '../../../services/load/domain/insert-statement';
import { loadSettings } from '../../../services/load/settings';
import { Warehouse } from '../../../services/load/warehouse';
import { FrontProcess } from '../../integration/support/clickhouse-front';
import { eventOf, legOf, sessionOf } from '../../integration/support/load-input';
import { migrationsFolder } from '../../integration/support/migrated-database';
import { SchemaServer } from '../schema-server';
import { differences, digests } from '../table-digests';
import { KillShim } from './shim';

export type BlockKind = 'interactions' | 'sessions';

export interface Kill {
  /** What the engine was about to do: name and path; undefined when the insert ended before that operation. */
  operation: string | undefined;
  /** What the tables and views have more or less than those that were never disturbed; must be empty. */
  differences: string[];
}

const plans: Record<BlockKind, InsertPlan> = insertPlans[currentVersion];
const types = { interactions: avroType('enriched-event.v1'), sessions: avroType('session-change-set.v1') };
const never = new AbortController().signal;

/**
 * The embedded engine, killed at chosen file operations of an insert that load would make, with all views behind it.
 * After each kill it is started again, which repairs its deduplication logs, and the block is repeated, twice; a
 * database beside it gets every block once, undisturbed, and both must hold the same.
 */
export class EngineKills {
  private blocks = 0;

  private constructor(
    private readonly shim: KillShim,
    private readonly schemas: SchemaServer,
    private front: FrontProcess,
  ) {}

  /** Starts the engine in an empty folder and makes both databases, with some blocks in them. */
  static async open(folder: string): Promise<EngineKills> {
    const dataDir = join(folder, 'data');
    mkdirSync(dataDir, { recursive: true });
    const shim = new KillShim(folder, join(dataDir, 'store'));
    const front = await FrontProcess.start(dataDir, shim.env);
    const schemas = await SchemaServer.start({
      1: schemaTexts['enriched-event.v1'],
      2: schemaTexts['session-change-set.v1'],
    });
    const kills = new EngineKills(shim, schemas, front);
    for (const database of ['killed', 'undisturbed']) {
      const client = await connectDatabase({ url: kills.front.url, database, username: 'default', password: '' });
      await migrate(client, { folder: migrationsFolder });
      await client.close();
    }
    for (const kind of ['interactions', 'sessions'] as const) {
      for (let count = 0; count < 3; count++) await kills.undisturbed(kind);
    }
    return kills;
  }

  /** The file operations of an insert, by counting those of one. */
  async operationsOf(kind: BlockKind): Promise<string[]> {
    await this.front.rows('SYSTEM STOP MERGES');
    await this.undisturbed(kind);
    const block = this.block(kind);
    this.shim.arm(0);
    await this.insert('killed', block);
    this.shim.disarm();
    await this.insert('undisturbed', block);
    await this.front.rows('SYSTEM START MERGES');
    return this.shim.operations();
  }

  /**
   * Kills the engine at the n-th file operation (from 1) of an insert, or at the n-th rename of a part, and has load's
   * repeat put it right.
   */
  async kill(kind: BlockKind, operation: number, onlyPartRenames = false): Promise<Kill> {
    // Merges would shift the count, as the first insert after a start does; they go on between the kills.
    await this.front.rows('SYSTEM STOP MERGES');
    await this.undisturbed(kind);
    const block = this.block(kind);
    this.shim.arm(operation, onlyPartRenames);
    const survived = await this.insert('killed', block).then(
      () => true,
      () => false,
    );
    if (!survived) await this.front.ended;
    const count = this.shim.disarm();
    const died = count >= operation ? this.shim.operations()[operation - 1] : undefined;
    if (survived !== (died === undefined)) throw new Error(`the engine ended otherwise:\n${this.front.log}`);
    if (survived) await this.front.rows('SYSTEM START MERGES');
    else
      this.front = await FrontProcess.start(this.front.dataDir, {
        ...this.shim.env,
        PORT: new URL(this.front.url).port,
      });
    for (let repeat = 0; repeat < 2; repeat++) await this.insert('killed', block);
    await this.insert('undisturbed', block);
    return { operation: died, differences: await this.compare() };
  }

  async compare(): Promise<string[]> {
    const client = createClient({ url: this.front.url, log: { level: ClickHouseLogLevel.OFF } });
    try {
      return differences(await digests(client, 'killed'), await digests(client, 'undisturbed'));
    } finally {
      await client.close();
    }
  }

  async close(): Promise<void> {
    this.schemas.close();
    await this.front.end('SIGKILL');
  }

  private async undisturbed(kind: BlockKind): Promise<void> {
    const block = this.block(kind);
    for (const database of ['killed', 'undisturbed']) await this.insert(database, block);
  }

  /** A block like no other: events of two months, or revisions of sessions of two years. */
  private block(kind: BlockKind): { kind: BlockKind; token: string; body: Buffer } {
    const number = this.blocks++;
    const records = Array.from({ length: 20 }, (_, index) =>
      kind === 'interactions' ? eventOf(number * 20 + index, index / 20) : changeOf(number * 20 + index),
    );
    const frame = Buffer.from([0, 0, 0, 0, kind === 'interactions' ? 1 : 2]);
    const body = Buffer.concat(records.flatMap((record) => [frame, types[kind].toBuffer(record)]));
    return { kind, token: `t-${kind}-${number}`, body };
  }

  private async insert(database: string, { kind, token, body }: ReturnType<EngineKills['block']>): Promise<void> {
    const warehouse = new Warehouse(
      readSettings(loadSettings, {
        CLICKHOUSE_URL: this.front.url,
        CLICKHOUSE_DATABASE: database,
        SCHEMA_REGISTRY_URL: this.schemas.url,
      }),
      createLog('test', 'silent'),
    );
    try {
      const deadline_at = Date.now() + 60_000;
      await warehouse.insert(plans[kind], { partition: 0, token, deadline_at }, body, never);
    } finally {
      await warehouse.close();
    }
  }
}

/** A session with one more leg than the revision before it, which it takes back. */
function changeOf(number: number): object {
  const [customer, revision] = [number % 2_000, Math.floor(number / 2_000)];
  const id = `s-${customer}`;
  const session = (version: number) => sessionOf(id, customer, version, version);
  return {
    customer_id: `c-${customer}`,
    change_seq: revision + 1,
    sessions: [...(revision > 0 ? [{ ...session(revision), sign: -1 }] : []), session(revision + 1)],
    legs: [legOf(id, revision, revision + 1)],
    state: [],
    progress: null,
  };
}
