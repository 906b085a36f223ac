/**
 * interactions.enriched, sessions.commands → sessionize → sessions.
 *
 * Guarantee: exactly once. Per partition, change sets (which are the state too), what is told about progress and the
 * offsets of the input are one Kafka transaction. State is changed in place before it is committed: on any error it is
 * given up whole and restored. The result for events that are not late does not depend on arrival, batches, partitions
 * or restarts: see domain/.
 */

import type { SessionCommand, SessionEvent } from '../../schemas/types';
import { type AvroCodec, UndecodableValue } from '../lib/avro';
import { deadLetterOf, type Refusal } from '../lib/dead-letter';
import type { KafkaMessage, Message } from '../lib/kafka/kafkajs';
import type { Control, PartitionTask, TaskInput } from '../lib/kafka/partition-task';
import { partitionKey, type TransactionalProducer } from '../lib/kafka/transactional-producer';
import { topics } from '../lib/topics';
import type { SessionInput, SessionizeDeps } from './deps';
import type { Customer } from './domain/customer';
import type { Changes } from './domain/revision';
import { countBatch, countRows, type Draft, newDraft } from './draft';
import { type ErasedAt, takeErasure } from './erase';
import { openPartition } from './open-partition';
import type { RawPositions, RevisionPace } from './pace';
import { canaryRecord, changeSetRecord, observeHeaders, rawPositions, snapshotRecord, toldRecords } from './records';
import { renew, wholeStates } from './renewed';
import { takeCommand } from './repair';
import type { SessionStore } from './store';

/** Revisions that only time was wanting for, in one transaction. */
const mostRevisionsAtOnce = 2_000;
const mostSnapshotsAtOnce = 100;

export class SessionizeTask implements PartitionTask {
  /** Whether the state is as committed: while it is not, an error or a rebalance makes it worthless. */
  private isClean = true;
  private readonly erasedAt: ErasedAt = new Map();

  constructor(
    private readonly deps: SessionizeDeps,
    private readonly partition: number,
    private readonly deadLetterPartitions: number,
    private readonly producer: TransactionalProducer,
    private positions: Map<string, number>,
    private readonly store: SessionStore,
    private readonly pace: RevisionPace,
  ) {}

  static open(deps: SessionizeDeps, partition: number, control: Control, previous?: SessionizeTask) {
    return openPartition(deps, partition, control, previous);
  }

  position(topic: string): number {
    return this.positions.get(topic) as number;
  }

  /**
   * The state, for whoever opens the partition next; undefined when it is not what is committed. The same positions do not
   * say so: revisions that had waited move none, and another owner may have emitted them.
   */
  keepAsOf(
    positions: ReadonlyMap<string, number>,
    changeSeq: number,
  ): { store: SessionStore; pace: RevisionPace } | undefined {
    const isAsCommitted =
      this.isClean &&
      this.store.changeSeq === changeSeq &&
      [...positions].every(([topic, offset]) => this.positions.get(topic) === offset);
    return isAsCommitted ? { store: this.store, pace: this.pace } : undefined;
  }

  async handle(input: TaskInput, control: Control): Promise<void> {
    const before = rawPositions(this.store.watermark);
    const draft = this.draft(new Map(this.positions).set(input.topic, input.nextOffset));
    this.isClean = false;
    if (input.topic === topics.commands) await this.takeCommands(input.messages, draft);
    else await this.takeEvents(input.messages, draft, before);
    control.assertCurrent();
    await this.commit(draft);
    draft.spans.end();
    countBatch(this.deps.metrics, input, this.deps.now());
  }

  /** Revisions that had to wait. */
  async tick(now: number, control: Control): Promise<void> {
    const { pace, store } = this;
    const due = pace.due(now, mostRevisionsAtOnce);
    if (due.length === 0) return;
    const draft = this.draft(this.positions);
    this.isClean = false;
    for (const id of due) this.revise(id, store.open(id), [], draft);
    control.assertCurrent();
    await this.commit(draft);
  }

  /** Rows that wait are not left to whoever comes next. */
  async drain(control: Control): Promise<void> {
    while (this.pace.waitingCustomers > 0) await this.tick(Number.POSITIVE_INFINITY, control);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private draft(positions: Map<string, number>): Draft {
    return newDraft(positions, this.deps.now(), this.deps.tracing, this.partition);
  }

  private async takeEvents(messages: KafkaMessage[], draft: Draft, before: RawPositions): Promise<void> {
    const { codecs, metrics, tracing } = this.deps;
    const { erasures } = this.deps.erasureLog;
    const { store, pace } = this;
    await codecs.enriched.prepare(messages.map(({ value }) => value));
    const byCustomer = new Map<string, SessionInput[]>();
    const counts = { outside: 0, late: 0, sessionised: 0, over_cap: 0, erased: 0 };
    for (const message of messages) {
      observeHeaders(store.watermark, message);
      if (message.value === null) {
        const canary = canaryRecord(message, this.partition);
        if (canary) draft.canaries.push(canary);
        continue;
      }
      const event = this.decode(codecs.enriched, message, topics.enriched, draft);
      if (!event) continue;
      // Late ones are counted in `interactions`; a repair, not this flow, joins them to sessions.
      let result: keyof typeof counts = !event.sessionised ? 'outside' : event.late ? 'late' : 'sessionised';
      if (result === 'sessionised' && erasures.covers(event.customer_id, event)) result = 'erased';
      counts[result] += 1;
      if (result !== 'sessionised') continue;
      if (tracing) draft.traces.set(event.customer_id, draft.spans.begin(message));
      const events = byCustomer.get(event.customer_id);
      if (events) events.push(event);
      else byCustomer.set(event.customer_id, [event]);
    }
    for (const [id, events] of byCustomer) {
      const customer = store.open(id);
      const room = Math.max(0, this.deps.customerMaxEvents - customer.eventCount);
      if (events.length > room) {
        // They are in `interactions`; memory for one customer, mostly a machine, is not without end.
        counts.over_cap += events.length - room;
        counts.sessionised -= events.length - room;
        if (room === 0) continue;
        events.length = room;
      }
      const taken = customer.add(events);
      // A repair has brought them before.
      if (taken.length < events.length) metrics.events.inc({ result: 'known' }, events.length - taken.length);
      if (taken.length === 0) continue;
      if (pace.isDue(id, draft.now)) {
        this.revise(id, customer, taken, draft);
      } else {
        pace.wait(id, before);
        this.emit(id, customer, { sessions: [], legs: [] }, taken, draft);
      }
    }
    for (const [result, count] of Object.entries(counts)) metrics.events.inc({ result }, count);
  }

  private async takeCommands(messages: KafkaMessage[], draft: Draft): Promise<void> {
    const { codecs, metrics } = this.deps;
    const { store } = this;
    await codecs.command.prepare(messages.map(({ value }) => value));
    for (const message of messages) {
      const command = this.decode<SessionCommand>(codecs.command, message, topics.commands, draft);
      if (!command) continue;
      if (command.kind === 'erase' && command.erased_through !== null) {
        this.takeErasure({ ...command, erased_through: command.erased_through }, draft);
        continue;
      }
      if (command.kind !== 'repair') {
        const refusal = { reason: 'command_unknown', field: 'kind', error: `kind ${command.kind} is not known here` };
        draft.refused.push(this.refusedRecord(message, topics.commands, refusal));
        metrics.commands.inc({ result: 'unknown' });
        continue;
      }
      const { erasures } = this.deps.erasureLog;
      // Computed before the tables knew of an erasure.
      const events = command.events.filter((event) => !erasures.covers(command.customer_id, event));
      const { result, changes, state } = takeCommand({ ...command, events }, store);
      metrics.commands.inc({ result });
      if (result !== 'applied') continue;
      if (this.erasedAt.has(command.customer_id)) this.erasedAt.set(command.customer_id, store.changeSeq + 1);
      const customer = store.open(command.customer_id);
      this.pace.revised(command.customer_id, customer, draft.now);
      this.emit(command.customer_id, customer, changes, state, draft);
      // Rows that the command brought and that stay as they are, are in no change set that a restore reads.
      if (customer.sessions.length > 0) renew(draft.renewed, command.customer_id, false);
    }
  }

  private takeErasure(command: SessionCommand & { erased_through: number }, draft: Draft): void {
    const { packing, erasureLog, metrics } = this.deps;
    const { store, pace } = this;
    const id = command.customer_id;
    erasureLog.erasures.addCustomer(id, command.erased_through);
    const { result, changes, customer } = takeErasure(command, store, packing.create, this.erasedAt);
    metrics.commands.inc({ result });
    pace.revised(id, customer, draft.now);
    this.emit(id, customer, changes, [], draft);
    // Also where nothing was taken back: events may have waited for their rows.
    renew(draft.renewed, id, true);
  }

  private revise(id: string, customer: Customer, taken: SessionEvent[], draft: Draft): void {
    const changes: Changes = { sessions: [], legs: [] };
    customer.revise(this.store.changeSeq + 1, changes);
    this.pace.revised(id, customer, draft.now);
    this.emit(id, customer, changes, taken, draft);
  }

  private emit(id: string, customer: Customer, changes: Changes, state: SessionEvent[], draft: Draft): void {
    if (changes.sessions.length + changes.legs.length + state.length === 0) return;
    this.store.changeSeq += 1;
    customer.changeSeq = this.store.changeSeq;
    const set = { customer_id: id, change_seq: customer.changeSeq, ...changes, state, progress: null };
    countRows(this.deps.metrics, changes);
    draft.records.push(changeSetRecord(this.deps.codecs.changeSet, this.partition, set, draft.traces.get(id)));
    draft.customers.push(customer);
  }

  private async commit(draft: Draft): Promise<void> {
    const { deps, store, pace, partition } = this;
    const end = deps.metrics.transactionSeconds.startTimer();
    const snapshots = this.snapshots(draft);
    const told = toldRecords(deps.codecs.changeSet, partition, store, pace.oldest(), draft.positions);
    const states = wholeStates(deps, store, partition, draft.renewed);
    const offsets = [topics.enriched, topics.commands].map((topic) => ({
      topic,
      partition,
      offset: draft.positions.get(topic) as number,
      // Offsets of the past only: what this transaction writes is above any floor there was.
      metadata: topic === topics.enriched ? JSON.stringify({ floor: store.floor(), change_seq: store.changeSeq }) : '',
    }));
    const bases = await this.producer.commit(
      [
        {
          topic: topics.sessions,
          messages: [...draft.records, ...states, ...snapshots, ...told, ...draft.canaries],
        },
        { topic: topics.deadLetter, messages: draft.refused },
      ],
      offsets,
    );
    end();
    const base = bases.get(partitionKey(topics.sessions, partition)) as number;
    draft.customers.forEach((customer, index) => {
      for (const session of customer.sessions) session.floor = Math.min(session.floor, base + index);
    });
    for (const id of draft.renewed.keys()) for (const session of store.open(id).sessions) session.floor = base;
    store.nextOffset = base + draft.records.length + states.length + snapshots.length + draft.canaries.length + 2;
    store.tidy();
    this.positions = draft.positions;
    this.isClean = true;
    deps.metrics.changeSets.inc(draft.records.length);
    deps.metrics.observePartition(partition, store.size(), pace.waitingCustomers, store.watermark.holdback());
  }

  /** Whole states of customers whose oldest change set is far behind: a restore need not read so far back. */
  private snapshots(draft: Draft): Message[] {
    const { store, partition, deps } = this;
    const messages: Message[] = [];
    for (const id of store.takeFarBehind(mostSnapshotsAtOnce)) {
      const customer = store.open(id);
      // Given up since the walk, written in this very transaction, or not yet in rows.
      const isSettled = customer.sessions.length > 0 && customer.sessions.every(({ isRevised }) => isRevised);
      if (!isSettled || draft.customers.includes(customer)) continue;
      const value = deps.packing.pack(id, customer);
      if (value.length > deps.snapshotMaxBytes) continue;
      messages.push(snapshotRecord(partition, id, value));
      for (const session of customer.sessions) session.floor = store.nextOffset;
    }
    return messages;
  }

  private decode<T>(codec: AvroCodec<T>, message: KafkaMessage, topic: string, draft: Draft): T | undefined {
    try {
      if (message.value === null) throw new UndecodableValue('the record has no value');
      return codec.decode(message.value);
    } catch (error) {
      if (!(error instanceof UndecodableValue)) throw error;
      draft.refused.push(this.refusedRecord(message, topic, { reason: 'undecodable', error: error.message }));
      return undefined;
    }
  }

  private refusedRecord(message: KafkaMessage, topic: string, refusal: Refusal): Message {
    this.deps.metrics.deadLetters.inc({ reason: refusal.reason });
    const origin = { topic, partition: this.partition };
    const { reason } = refusal;
    this.deps.problems.tell({ reason, step: 'sessionize', ...origin, offset: Number(message.offset) });
    return {
      key: message.key,
      value: this.deps.codecs.deadLetter.encode(deadLetterOf(message, origin, 'sessionize', refusal)),
      partition: this.partition % this.deadLetterPartitions,
    };
  }
}
