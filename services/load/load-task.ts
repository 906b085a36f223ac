import { setTimeout as sleep } from 'node:timers/promises';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import { type Control, type PartitionTask, StaleAssignment, type TaskInput } from '../lib/kafka/partition-task';
import { BatchSpans, batchAttributes, type Tracing } from '../lib/tracing';
import { BlockWriter, type BlockWriterDeps } from './block-writer';
import { canariesOf } from './canaries';
import { blockLength, type Limits } from './domain/blocks';
import { currentVersion } from './domain/insert-plans';
import { type Committed, ForeignMetadata, formatMetadata, type Intent, parseMetadata } from './domain/intent';
import { offsetOf, upTo } from './domain/leaving-out';
import { mergeProgress, type Progress } from './domain/progress';
import type { StatusBook } from './domain/status-book';
import { type Halts, PartitionHalted } from './halt';
import type { Pausable, Pauses } from './pause';
import { TablesLost } from './positions';
import { NotLoadable } from './refused-records';
import type { Screen } from './screen';
import type { Stream } from './streams/stream';

export interface LoadDeps extends BlockWriterDeps {
  halts: Halts;
  book: StatusBook;
  limits: Limits;
  /** How long a partition is quiet before what it has loaded is committed as done. */
  doneAfterMs: number;
  /** The service ends: no more records are taken, what is loaded is committed as done at once. */
  stopping(): boolean;
  /** Tasks that are open. */
  tasks: Set<LoadTask>;
  /** Topics that are left alone for the moment. */
  pauses: Pick<Pauses, 'isPaused'>;
  /** Who was erased does not come back. */
  screen: Screen;
  tracing?: Tracing;
}

/** What the group has committed for a partition; the log's start when it has committed nothing. */
export interface Position {
  offset: number;
  metadata: string;
  committed: boolean;
}

/** Committed at least this often while nothing but heartbeats comes: it costs little, and a restart reads less again. */
const commitEveryMs = 5_000;
const pausePollMs = 100;
const giveUpDrainAfterMs = 3_000;

/**
 * One partition of one topic on its way into ClickHouse.
 *
 * Before a block is inserted, the group's offset is committed with the block's exact extent in its metadata: the
 * intent. Whoever owns the partition after a crash finds it, collects the same records and inserts them under the same
 * token, which ClickHouse recognises if it has them already.
 *
 * Guarantee: exactly once, in every table and view behind the landing table, whatever dies when. The README says what
 * that rests on.
 */
export class LoadTask implements PartitionTask, Pausable {
  private readonly writer: BlockWriter;
  /** Next offset wanted. */
  private next: number;
  private progress: Progress;
  /** A block that a former owner began: its records are collected until its end is met. */
  private unfinished?: { intent: Intent; records: KafkaMessage[] };
  private intentIsOpen: boolean;
  private isBusy = false;
  private lastWorkAt = Date.now();
  private lastCommitAt = Date.now();

  /** Throws PartitionHalted when the partition cannot go on from what is committed. */
  constructor(
    private readonly deps: LoadDeps,
    private readonly stream: Stream,
    readonly partition: number,
    private committed: Position,
  ) {
    deps.halts.check(this.key, committed);
    this.writer = new BlockWriter(deps, stream, partition);
    const { intent, progress } = this.read(committed);
    this.next = committed.offset;
    this.progress = progress;
    this.intentIsOpen = intent !== undefined;
    if (intent) this.unfinished = { intent, records: [] };
    if (intent && !stream.plans[intent.version])
      throw this.halt(`version ${intent.version} of its block is unknown here`);
    deps.tasks.add(this);
    // Lag shows from the start: while ClickHouse is away a partition may be opened and go no further.
    deps.metrics.advanced(this.topic, partition, this.next, progress.loaded_until);
  }

  get topic(): string {
    return this.stream.topic;
  }

  position(): number {
    return this.next;
  }

  async handle({ messages: fetched, nextOffset }: TaskInput, control: Control): Promise<void> {
    this.isBusy = true;
    try {
      await this.goOn(control);
      // A block that is open is ended even while paused: only then is it known what the tables hold.
      if (!this.unfinished && (await this.isHeldUp(control))) return;
      this.lastWorkAt = Date.now();
      const messages = await this.deps.screen.apply(this.topic, fetched);
      const rest = this.unfinished ? await this.resume(messages, nextOffset, control) : messages;
      if (this.unfinished) return;
      for (let from = 0; from < rest.length; ) {
        const length = blockLength(rest, from, this.stream.weigh, this.deps.limits);
        if (await this.isHeldUp(control)) return;
        await this.goOn(control);
        from += await this.load(length === rest.length ? rest : rest.slice(from, from + length), control);
        await control.heartbeat();
      }
      await this.advance(nextOffset, [], control);
    } catch (error) {
      throw error instanceof NotLoadable || error instanceof TablesLost ? this.halt(error.message) : error;
    } finally {
      this.isBusy = false;
    }
    this.lastWorkAt = Date.now();
  }

  /** Whether nothing is under way or open: what is loaded is committed as done, or waits behind a pause. */
  get quiet(): boolean {
    return !this.isBusy && !this.intentIsOpen && !this.unfinished;
  }

  /**
   * While its topic is paused nothing is begun; what is loaded is committed as done, so that no intent stays open. True
   * when what was fetched is given back, to be fetched again: a wait for as long as the pause would hold up the fetches
   * of other partitions, and with them the end of blocks that a former owner has left open.
   */
  private async isHeldUp(control: Control): Promise<boolean> {
    const { deps, topic } = this;
    if (!deps.pauses.isPaused(topic)) return false;
    if (!this.settled) await this.commit(this.next, undefined, control);
    this.isBusy = false;
    for (let waited = 0; waited < pausePollMs * 4; waited += pausePollMs) {
      await sleep(pausePollMs);
      if (deps.stopping()) throw new StaleAssignment();
      control.assertCurrent();
      if (deps.pauses.isPaused(topic)) continue;
      // In one step with the last look at the pauses: a pause taken from here on finds the task at work.
      this.isBusy = true;
      return false;
    }
    await control.heartbeat();
    return true;
  }

  /** True when a restart would have nothing to do over again, or could not be spared it. */
  get settled(): boolean {
    return this.unfinished !== undefined || (this.next === this.committed.offset && !this.intentIsOpen);
  }

  /** Commits what is loaded as done once the partition is quiet, so that no intent stays open for long. */
  async tick(now: number, control: Control): Promise<void> {
    if (this.settled) return;
    const busy = now - this.lastWorkAt < this.deps.doneAfterMs && now - this.lastCommitAt < commitEveryMs;
    if (busy && !this.deps.stopping() && !this.deps.pauses.isPaused(this.topic)) return;
    await this.commit(this.next, undefined, control);
  }

  /** Commits what is loaded as done, so that no intent stays open behind a service that ends; gives up on a broker that is away. */
  async drain(control: Control): Promise<void> {
    if (this.settled) return;
    const done = this.commit(this.next, undefined, control);
    await Promise.race([done, sleep(giveUpDrainAfterMs, undefined, { ref: false })]);
  }

  /** Throws when the service ends. The loop closes the task then, so that no tick comes by it any more: drained first. */
  private async goOn(control: Control): Promise<void> {
    if (!this.deps.stopping()) return;
    await this.drain(control);
    throw new StaleAssignment();
  }

  async close(): Promise<void> {
    this.deps.tasks.delete(this);
    this.deps.metrics.forget(this.stream.topic, this.partition);
  }

  /** Goes on with the unfinished block; answers the records behind it, none while its end has not come. */
  private async resume(
    messages: readonly KafkaMessage[],
    nextOffset: number,
    control: Control,
  ): Promise<readonly KafkaMessage[]> {
    const { intent, records } = this.unfinished as { intent: Intent; records: KafkaMessage[] };
    // Not spread into one call: a fetch may hold more records than a call takes arguments.
    for (const message of upTo(messages, intent.end)) records.push(message);
    if (records.length === 0 || offsetOf(records[records.length - 1]) !== intent.end) {
      // To skip it could lose records, to insert what is left could double them: only a person can decide.
      if (nextOffset > intent.end) throw this.halt(`its block ends at offset ${intent.end}, which the topic lacks`);
      this.next = Math.max(this.next, nextOffset);
      return [];
    }
    const { end } = await this.writer.repeat(intent, records, control, (changed) =>
      this.commit(changed.start, changed, control),
    );
    this.deps.metrics.repeats.inc({ topic: this.stream.topic });
    this.unfinished = undefined;
    await this.advance(end + 1, upTo(records, end), control);
    return [...records, ...messages.slice(upTo(messages, intent.end).length)].slice(upTo(records, end).length);
  }

  /** Loads the first records as one block; answers how many are done. */
  private async load(records: readonly KafkaMessage[], control: Control): Promise<number> {
    const asked: Intent = {
      version: currentVersion,
      start: this.next,
      end: offsetOf(records[records.length - 1]),
      left_out: [],
    };
    const spans = this.spansOf(records);
    const { end } = records.some(this.stream.isData)
      ? await this.writer.begin(asked, records, control, (intent) => this.commit(intent.start, intent, control))
      : asked;
    spans?.end();
    const done = upTo(records, end);
    await this.advance(end + 1, done, control);
    return done.length;
  }

  /** Spans from here to when the block is in; none where nobody traces. Of a block that fails nothing is told: it is tried on. */
  private spansOf(records: readonly KafkaMessage[]): BatchSpans | undefined {
    if (!this.deps.tracing) return undefined;
    const spans = new BatchSpans(this.deps.tracing, 'load record', batchAttributes(this.topic, this.partition));
    for (const record of records) if (this.stream.isData(record)) spans.begin(record);
    return spans;
  }

  /** Everything below `next` is in the tables, or was nothing to insert. */
  private async advance(next: number, records: readonly KafkaMessage[], control: Control): Promise<void> {
    this.progress = mergeProgress(this.progress, this.stream.progressOf(records));
    this.next = Math.max(this.next, next);
    // A start refuses a partition that pipeline_status names and the group does not: the group comes first.
    if (!this.committed.committed) await this.commit(this.next, undefined, control);
    const { topic } = this.stream;
    this.deps.metrics.canariesMet(topic, this.partition, canariesOf(records));
    this.deps.book.note({ ...this.progress, topic, partition: this.partition, loaded_offset: this.next });
    this.deps.metrics.advanced(topic, this.partition, this.next, this.progress.loaded_until);
  }

  private async commit(offset: number, intent: Intent | undefined, control: Control): Promise<void> {
    const metadata = formatMetadata({ intent, progress: this.progress });
    await control.commit(this.stream.topic, this.partition, offset, metadata);
    this.committed = { offset, metadata, committed: true };
    this.intentIsOpen = intent !== undefined;
    this.lastCommitAt = Date.now();
  }

  private read({ offset, metadata }: Position): Committed {
    try {
      return parseMetadata(offset, metadata);
    } catch (error) {
      throw error instanceof ForeignMetadata ? this.halt(error.message) : error;
    }
  }

  private halt(reason: string): PartitionHalted {
    const error = new PartitionHalted(this.stream.topic, this.partition, this.committed.offset, reason);
    this.deps.halts.add(this.key, this.committed, error);
    return error;
  }

  private get key(): string {
    return `${this.stream.topic}/${this.partition}`;
  }
}
