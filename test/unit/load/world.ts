import { ClickHouseError } from '@clickhouse/client';
import { Registry } from 'prom-client';
import type { KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import type { Control } from '../../../services/lib/kafka/partition-task';
import { createLog } from '../../../services/lib/log';
import { currentVersion } from '../../../services/load/domain/insert-plans';
import { StatusBook } from '../../../services/load/domain/status-book';
import { Halts } from '../../../services/load/halt';
import { type LoadDeps, LoadTask } from '../../../services/load/load-task';
import { loadMetrics } from '../../../services/load/metrics';
import { Rooms } from '../../../services/load/rooms';
import { isData, type Stream } from '../../../services/load/streams/stream';

/** good; heartbeat: no data; frame: seen at once; body: seen by decoding; engine: refused by ClickHouse alone. */
export type Kind = 'good' | 'heartbeat' | 'frame' | 'body' | 'engine';

export interface LogRecord {
  offset: number;
  kind: Kind;
}

/** Thrown in place of an effect, or after it: the process is gone. */
export class Crash extends Error {}

const topic = 't';

/**
 * One partition, its consumer group and a ClickHouse that knows tokens, in memory. Every effect is noted; `beforeEffect`
 * and `afterEffect` may throw.
 */
export class World {
  readonly effects: string[] = [];
  /** How often each offset is in the table. */
  readonly table = new Map<number, number>();
  readonly tokens = new Set<string>();
  readonly deadLetters: number[] = [];
  readonly book = new StatusBook();
  stopping = false;
  paused = false;
  committed: { offset: number; metadata: string } | undefined;
  beforeEffect: (effect: string, perform: () => void) => void = () => {};
  afterEffect: (effect: string) => void = () => {};
  /** How each offset is by now: what ClickHouse refuses it may take after a migration. */
  readonly kinds: Map<number, Kind>;
  private halts = new Halts();
  readonly rooms = new Rooms(() => 0);
  private readonly metrics = loadMetrics(new Registry());

  constructor(
    readonly log: readonly LogRecord[],
    readonly maxRows = 4,
  ) {
    this.kinds = new Map(log.map(({ offset, kind }) => [offset, kind]));
  }

  /** Half a minute later. */
  forgetHalts(): void {
    this.halts = new Halts();
  }

  /** A task as the loop opens it: from what is committed. */
  open(): LoadTask {
    const { offset, metadata } = this.committed ?? { offset: 0, metadata: '' };
    return new LoadTask(this.deps(), this.stream(), 0, { offset, metadata, committed: this.committed !== undefined });
  }

  /** A fetch of at most `count` records from the task's position on; false at the end of the log. */
  async feed(task: LoadTask, count: number): Promise<boolean> {
    const fetched = this.log.filter(({ offset }) => offset >= task.position()).slice(0, count);
    const last = fetched.at(-1);
    if (!last) return false;
    const messages = fetched.map((record) => this.message(record));
    await task.handle({ topic, partition: 0, messages, nextOffset: last.offset + 1 }, this.control);
    return true;
  }

  readonly control: Control = {
    heartbeat: async () => {},
    assertCurrent: () => {},
    commit: async (_topic, _partition, offset, metadata) => {
      const { end, out } = JSON.parse(metadata) as { end?: number; out?: number[] };
      const without = out ? ` without ${out.map((relative) => offset + relative)}` : '';
      const what = end === undefined ? `done ${offset}` : `intent ${offset}-${end}${without}`;
      this.perform(what, () => {
        this.committed = { offset, metadata };
      });
    },
  };

  private perform(effect: string, change: () => void): void {
    this.beforeEffect(effect, change);
    change();
    this.effects.push(effect);
    this.afterEffect(effect);
  }

  private deps(): LoadDeps {
    return {
      clusterId: 'c',
      warehouse: {
        insert: async (_plan, { token }, body) => {
          const offsets = JSON.parse(body.toString()) as number[];
          this.perform(`insert ${token.slice('c-t-0-'.length)}: ${offsets}`, () => this.insert(token, offsets));
        },
        accepts: async (_plan, body) => !this.refuses(JSON.parse(body.toString()) as number[]),
      },
      problems: { tell: () => undefined },
      deadLetters: {
        send: async (_topic, _partition, records) => {
          for (const { offset } of records) {
            this.perform(`dead letter ${offset}`, () => this.deadLetters.push(Number(offset)));
          }
        },
      },
      persistence: {
        until: async (_what, _control, work, options) => {
          for (let attempt = 0; ; attempt++) {
            try {
              return await work(new AbortController().signal);
            } catch (error) {
              if (error instanceof Crash || options?.final?.(error) || attempt > 10) throw error;
              options?.onRetry?.();
            }
          }
        },
      },
      halts: this.halts,
      book: this.book,
      metrics: this.metrics,
      log: createLog('test', 'silent'),
      screen: { apply: async (_topic, messages) => messages },
      pauses: { isPaused: () => this.paused },
      limits: { max_rows: this.maxRows, max_bytes: 1_000_000 },
      doneAfterMs: 1_000,
      stopping: () => this.stopping,
      tasks: new Set(),
      insertTimeoutMs: 60_000,
      rooms: this.rooms,
    };
  }

  /** As ClickHouse does it: refused whole, or taken once for each token. */
  insert(token: string, offsets: number[]): void {
    if (this.refuses(offsets))
      throw new ClickHouseError({ message: 'EOF reached', code: '748', type: 'AVRO_EXCEPTION' });
    if (this.tokens.has(token)) return;
    this.tokens.add(token);
    for (const offset of offsets) this.table.set(offset, (this.table.get(offset) ?? 0) + 1);
  }

  private refuses(offsets: number[]): boolean {
    return offsets.some((offset) => ['frame', 'body', 'engine'].includes(this.kinds.get(offset) as string));
  }

  private message({ offset, kind }: LogRecord): KafkaMessage {
    const headers = kind === 'heartbeat' ? { kind: Buffer.from('heartbeat') } : {};
    return {
      offset: String(offset),
      timestamp: String(1_000 + offset),
      key: null,
      value: null,
      headers,
      attributes: 0,
    };
  }

  private stream(): Stream {
    const of = (kind: Kind) => async (data: readonly KafkaMessage[]) =>
      new Map(
        data
          .map(({ offset }) => Number(offset))
          .filter((offset) => this.kinds.get(offset) === kind)
          .map((offset) => [offset, `${kind} fault`] as const),
      );
    return {
      topic,
      plans: { [currentVersion]: { landing: 'landing', format: 'JSONEachRow', columns: [['a', 'String']] } },
      isData,
      weigh: () => ({ rows: 1, bytes: 1 }),
      inspect: of('frame'),
      examine: of('body'),
      kindOf: () => 1,
      bodyOf: (data) => Buffer.from(JSON.stringify(data.map(({ offset }) => Number(offset)))),
      progressOf: (messages) => ({
        loaded_until: Math.max(0, ...messages.map(({ timestamp }) => Number(timestamp))),
        change_seq: 0,
        raw_partitions: 0,
        raw: new Map(),
      }),
    };
  }
}

/** Records of these kinds; an offset after each that is given as a gap (a control record, an aborted record). */
export function logOf(kinds: readonly (Kind | 'gap')[]): LogRecord[] {
  return kinds.flatMap((kind, offset) => (kind === 'gap' ? [] : [{ offset, kind }]));
}
