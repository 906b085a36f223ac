import type { KafkaMessage } from '../lib/kafka/kafkajs';
import type { Control } from '../lib/kafka/partition-task';
import type { Log } from '../lib/log';
import type { Problems } from '../lib/problems';
import { those } from '../lib/those';
import type { DeadLetterProducer } from './dead-letter-producer';
import type { InsertPlan } from './domain/insert-statement';
import { type Intent, tokenOf } from './domain/intent';
import { type Faults, offsetOf, upTo, withoutFaulty } from './domain/leaving-out';
import type { LoadMetrics } from './metrics';
import type { Persistence } from './persistence';
import { TablesLost } from './positions';
import { isDataFault } from './refused-data';
import { NotLoadable, whyRefused } from './refused-records';
import type { Rooms } from './rooms';
import type { Stream } from './streams/stream';
import type { Warehouse } from './warehouse';

export interface BlockWriterDeps {
  clusterId: string;
  warehouse: Pick<Warehouse, 'insert' | 'accepts'>;
  deadLetters: Pick<DeadLetterProducer, 'send'>;
  persistence: Pick<Persistence, 'until'>;
  metrics: LoadMetrics;
  problems: Pick<Problems, 'tell'>;
  log: Log;
  /** Memory of bodies. */
  rooms: Rooms;
  /** A request to ClickHouse older than this is no longer executed. */
  insertTimeoutMs: number;
}

/** Commits an intent to the group: only then may its block be inserted. */
export type CommitIntent = (intent: Intent) => Promise<void>;

/**
 * Inserts blocks of one partition, for as long as that takes. Records that cannot be read go to the dead letters and
 * are left out; everything beside them is kept.
 */
export class BlockWriter {
  constructor(
    private readonly deps: BlockWriterDeps,
    private readonly stream: Stream,
    private readonly partition: number,
  ) {}

  /** Begins a block and inserts it. The answer may end earlier than asked and leave records out. */
  async begin(
    intent: Intent,
    records: readonly KafkaMessage[],
    control: Control,
    commit: CommitIntent,
  ): Promise<Intent> {
    const data = those(records, this.stream.isData);
    const faults = await this.inspect(data, control);
    const begun = await this.commitWithout(intent, records, faults, control, commit);
    return this.insertSound(begun, records, data, control, commit);
  }

  /** Inserts a block that a former owner began, under the token it had. The answer is as of `begin`. */
  async repeat(
    intent: Intent,
    records: readonly KafkaMessage[],
    control: Control,
    commit: CommitIntent,
  ): Promise<Intent> {
    // What it finds is left out already; but from here on the schemas are known.
    const data = those(records, this.stream.isData);
    await this.inspect(data, control);
    return this.insertSound(intent, records, data, control, commit);
  }

  private inspect(data: readonly KafkaMessage[], control: Control): Promise<Faults> {
    return this.persist('reading schemas', control, () => this.stream.inspect(data));
  }

  /**
   * Inserts a block whose intent is committed. When its data is refused it goes on without the faulty records under a
   * new intent: the parser has refused the old one whole, before anything of it was stored.
   */
  private async insertSound(
    intent: Intent,
    records: readonly KafkaMessage[],
    allData: readonly KafkaMessage[],
    control: Control,
    commit: CommitIntent,
  ): Promise<Intent> {
    let current = intent;
    let refusalIsFinal = true;
    for (;;) {
      const { end, left_out } = current;
      const within = upTo(allData, end);
      const data = left_out.length === 0 ? within : within.filter((record) => !left_out.includes(offsetOf(record)));
      if (data.length === 0 || (await this.insert(current, data, control, refusalIsFinal))) return current;
      const faults = await this.persist('examining a refused block', control, (signal) =>
        whyRefused(this.stream, data, (part) =>
          this.deps.warehouse.accepts(this.plan(intent), this.stream.bodyOf(part, Buffer.allocUnsafe), signal),
        ),
      );
      // Readable after all: something behind the landing table refuses it, and that may pass.
      if (faults.size === 0) refusalIsFinal = false;
      else current = await this.commitWithout(current, records, faults, control, commit);
    }
  }

  /** First the dead letters, then the intent that leaves those records out: none can be lost in between. */
  private async commitWithout(
    intent: Intent,
    records: readonly KafkaMessage[],
    faults: Faults,
    control: Control,
    commit: CommitIntent,
  ): Promise<Intent> {
    const { topic } = this.stream;
    const without = withoutFaulty(intent, records, faults);
    const refused =
      faults.size === 0 ? [] : upTo(records, without.end).filter((record) => faults.has(offsetOf(record)));
    await this.persist('writing dead letters', control, () =>
      this.deps.deadLetters.send(topic, this.partition, refused, faults),
    );
    this.deps.metrics.leftOut.inc({ topic }, refused.length);
    for (const record of refused) {
      const place = { topic, partition: this.partition, offset: offsetOf(record) };
      this.deps.problems.tell({ reason: 'undecodable', step: 'load', ...place });
    }
    await commit(without);
    return without;
  }

  /** False when the data is refused and that is final. */
  private async insert(
    intent: Intent,
    data: readonly KafkaMessage[],
    control: Control,
    refusalIsFinal: boolean,
  ): Promise<boolean> {
    const { clusterId, insertTimeoutMs, metrics, warehouse } = this.deps;
    const { topic } = this.stream;
    const { rooms } = this.deps;
    const body = this.stream.bodyOf(data, (bytes) => rooms.take(bytes));
    let retries = 0;
    const token = tokenOf(clusterId, topic, this.partition, intent);
    const attempt = (signal: AbortSignal): Promise<void> => {
      const observe = metrics.insertLatency.startTimer({ topic });
      const deadline_at = Date.now() + insertTimeoutMs;
      const block = { partition: this.partition, token, deadline_at };
      return warehouse.insert(this.plan(intent), block, body, signal).finally(observe);
    };
    const isRefused = (error: unknown): boolean => refusalIsFinal && isDataFault(error);
    const final = (error: unknown): boolean => isRefused(error) || error instanceof TablesLost;
    try {
      await this.persist('inserting', control, attempt, final, () => {
        retries += 1;
        metrics.retries.inc({ topic });
      });
    } catch (error) {
      if (isRefused(error)) return false;
      throw error;
    }
    // Nobody reads it any more: it was sent once, whole, and answered.
    if (retries === 0) rooms.giveBack(body);
    const rows = data.reduce((sum, record) => sum + this.stream.weigh(record).rows, 0);
    metrics.inserted(topic, rows, body.length, Number(data[0].timestamp));
    this.deps.log.debug({ token, rows, bytes: body.length }, 'block inserted');
    return true;
  }

  private persist<T>(
    what: string,
    control: Control,
    work: (signal: AbortSignal) => Promise<T>,
    final: (error: unknown) => boolean = (error) => error instanceof NotLoadable,
    onRetry?: () => void,
  ): Promise<T> {
    const key = `${this.stream.topic} partition ${this.partition}, ${what}`;
    return this.deps.persistence.until(key, control, work, { final, onRetry });
  }

  /** Versions unknown here are refused when a partition is opened. */
  private plan({ version }: Intent): InsertPlan {
    return this.stream.plans[version];
  }
}
