/**
 * interactions.enriched → sessionize → sessions.
 *
 * Guarantee: exactly once. Per partition, change sets (which are the state too), the progress record and the offset of
 * the input are one Kafka transaction; memory follows only after it is committed. The result for events that are not
 * late does not depend on arrival, batches, partitions or restarts: see domain/.
 */

import type { DeadLetter, EnrichedEvent, SessionChangeSet, SessionCommand, SessionEvent } from '../../schemas/types';
import { type AvroCodec, UndecodableValue } from '../lib/avro';
import { deadLetterOf, type Refusal } from '../lib/dead-letter';
import type { KafkaMessage, Message } from '../lib/kafka/kafkajs';
import { fetchCommitted, lowWatermark } from '../lib/kafka/offsets';
import type { Control, PartitionTask, TaskInput } from '../lib/kafka/partition-task';
import type { ServiceClient } from '../lib/kafka/service-client';
import { partitionKey, TransactionalProducer } from '../lib/kafka/transactional-producer';
import { kindHeader, rawHeaders, topics } from '../lib/topics';
import { addEvents, type CustomerState } from './domain/customer-state';
import type { SessionRules } from './domain/rules';
import type { Watermark } from './domain/watermark';
import type { SessionizeMetrics } from './metrics';
import { restoreSessions } from './restore';
import type { SessionStore } from './store';

/** What sessionize reads of an enriched event: the state's fields and where it belongs. */
export type SessionInput = SessionEvent & Pick<EnrichedEvent, 'customer_id' | 'late' | 'sessionised'>;

export interface SessionizeDeps {
  client: ServiceClient;
  groupId: string;
  codecs: {
    enriched: AvroCodec<SessionInput>;
    changeSet: AvroCodec<SessionChangeSet>;
    command: AvroCodec<SessionCommand>;
    deadLetter: AvroCodec<DeadLetter>;
  };
  rules: SessionRules;
  acceptLost: boolean;
  metrics: SessionizeMetrics;
}

interface Revision {
  customer: string;
  state: CustomerState;
  message: Message;
}

/** What one batch comes to: nothing of it counts before its transaction is committed. */
interface Draft {
  watermark: Watermark;
  changeSeq: number;
  revisions: Revision[];
  refused: Message[];
}

export class SessionizeTask implements PartitionTask {
  private constructor(
    private readonly deps: SessionizeDeps,
    private readonly partition: number,
    private readonly deadLetterPartitions: number,
    private readonly producer: TransactionalProducer,
    private readonly positions: Map<string, number>,
    private readonly store: SessionStore,
  ) {}

  /** Fence, then read what is committed, then read the state: in this order nobody can change it behind our back. */
  static async open(
    deps: SessionizeDeps,
    partition: number,
    control: Control,
    previous?: SessionizeTask,
  ): Promise<SessionizeTask> {
    const { client, groupId, acceptLost } = deps;
    const producer = await TransactionalProducer.open(client.kafka, `${groupId}-${partition}`, groupId);
    try {
      await previous?.close();
      const input = await fetchCommitted(client.admin, groupId, topics.enriched, partition, acceptLost);
      const commands = await fetchCommitted(client.admin, groupId, topics.commands, partition, acceptLost);
      const positions = new Map<string, number>([
        [topics.enriched, input.offset],
        [topics.commands, commands.offset],
      ]);
      const unchanged = previous && [...positions].every(([topic, offset]) => previous.position(topic) === offset);
      const store = unchanged ? previous.store : await restore(deps, partition, producer, input, control);
      return new SessionizeTask(
        deps,
        partition,
        await client.partitionsOf(topics.deadLetter),
        producer,
        positions,
        store,
      );
    } catch (error) {
      await producer.close().catch(() => undefined);
      throw error;
    }
  }

  position(topic: string): number {
    return this.positions.get(topic) as number;
  }

  async handle(input: TaskInput, control: Control): Promise<void> {
    const draft: Draft = {
      watermark: this.store.watermark.copy(),
      changeSeq: this.store.changeSeq,
      revisions: [],
      refused: [],
    };
    if (input.topic === topics.commands) await this.takeCommands(input.messages, draft);
    else await this.takeEvents(input.messages, draft);
    control.assertCurrent();
    const base = await this.commit(draft, input);
    this.apply(draft, input, base);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private async takeEvents(messages: KafkaMessage[], draft: Draft): Promise<void> {
    const { codecs, metrics, rules } = this.deps;
    await codecs.enriched.prepare(messages.map(({ value }) => value));
    const byCustomer = new Map<string, SessionEvent[]>();
    for (const message of messages) {
      observeHeaders(draft.watermark, message);
      if (message.value === null) continue;
      const event = this.decode(codecs.enriched, message, topics.enriched, draft);
      if (!event) continue;
      const { customer_id, late, sessionised, ...fields } = event;
      metrics.events.inc({ result: !sessionised ? 'outside' : late ? 'late' : 'sessionised' });
      // Late ones are counted in `interactions`; a repair, not this flow, joins them to sessions.
      if (late || !sessionised) continue;
      const events = byCustomer.get(customer_id);
      if (events) events.push(fields);
      else byCustomer.set(customer_id, [fields]);
    }
    for (const [customer, events] of byCustomer) {
      draft.changeSeq += 1;
      const { state, changes } = addEvents(this.store.get(customer), events, rules, draft.changeSeq);
      const set = { customer_id: customer, change_seq: draft.changeSeq, ...changes, state: events, progress: null };
      draft.revisions.push({ customer, state, message: this.changeSetRecord(set) });
    }
  }

  /** The topic is there and co-assigned; which commands there are comes with repairs. None is known yet. */
  private async takeCommands(messages: KafkaMessage[], draft: Draft): Promise<void> {
    const { command } = this.deps.codecs;
    await command.prepare(messages.map(({ value }) => value));
    for (const message of messages) {
      const known = this.decode(command, message, topics.commands, draft);
      if (!known) continue;
      const refusal = { reason: 'command_unknown', field: 'kind', error: `kind ${known.kind} is not known here` };
      draft.refused.push(this.refusedRecord(message, topics.commands, refusal));
    }
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

  /** Returns the offset of the first record written to the sessions partition. */
  private async commit(draft: Draft, input: TaskInput): Promise<number> {
    const { metrics } = this.deps;
    const end = metrics.transactionSeconds.startTimer();
    const records = [...draft.revisions.map(({ message }) => message), this.progressRecord(draft, input)];
    const bases = await this.producer.commit(
      [
        { topic: topics.sessions, messages: records },
        { topic: topics.deadLetter, messages: draft.refused },
      ],
      [
        {
          topic: topics.enriched,
          partition: this.partition,
          offset: input.topic === topics.enriched ? input.nextOffset : this.position(topics.enriched),
          // Offsets of the past only: what this transaction writes is above any floor there was.
          metadata: JSON.stringify({ floor: this.store.floor() }),
        },
        {
          topic: topics.commands,
          partition: this.partition,
          offset: input.topic === topics.commands ? input.nextOffset : this.position(topics.commands),
        },
      ],
    );
    end();
    return bases.get(partitionKey(topics.sessions, this.partition)) as number;
  }

  private apply(draft: Draft, input: TaskInput, base: number): void {
    const { store } = this;
    draft.revisions.forEach(({ customer, state }, index) => {
      for (const session of state) session.floor = Math.min(session.floor, base + index);
      store.set(customer, state);
    });
    store.watermark = draft.watermark;
    store.changeSeq = draft.changeSeq;
    store.nextOffset = base + draft.revisions.length + 1;
    store.sweep();
    this.positions.set(input.topic, input.nextOffset);
    this.deps.metrics.observePartition(this.partition, store.openSessions(), store.watermark.holdback());
    this.deps.metrics.changeSets.inc(draft.revisions.length);
  }

  private changeSetRecord(set: SessionChangeSet): Message {
    return {
      key: set.customer_id,
      value: this.deps.codecs.changeSet.encode(set),
      partition: this.partition,
      headers: { rows: String(set.sessions.length + set.legs.length) },
    };
  }

  private progressRecord(draft: Draft, input: TaskInput): Message {
    const raw = draft.watermark
      .entries()
      .flatMap(([partition, { raw_time, raw_offset }]) =>
        raw_time === undefined ? [] : [{ partition, raw_time, raw_offset }],
      );
    const progress = {
      input_offset: input.topic === topics.enriched ? input.nextOffset : this.position(topics.enriched),
      command_offset: input.topic === topics.commands ? input.nextOffset : this.position(topics.commands),
      raw_partitions: draft.watermark.rawPartitions,
      raw,
    };
    const set = { customer_id: '', change_seq: draft.changeSeq, sessions: [], legs: [], state: [], progress };
    return {
      key: null,
      value: this.deps.codecs.changeSet.encode(set),
      partition: this.partition,
      headers: { [kindHeader]: 'progress' },
    };
  }

  private refusedRecord(message: KafkaMessage, topic: string, refusal: Refusal): Message {
    const origin = { topic, partition: this.partition };
    return {
      key: message.key,
      value: this.deps.codecs.deadLetter.encode(deadLetterOf(message, origin, 'sessionize', refusal)),
      partition: this.partition % this.deadLetterPartitions,
    };
  }
}

async function restore(
  deps: SessionizeDeps,
  partition: number,
  producer: TransactionalProducer,
  input: { committed: boolean; metadata: string },
  control: Control,
): Promise<SessionStore> {
  const end = deps.metrics.restoreSeconds.startTimer();
  const store = await restoreSessions({
    reader: deps.client.reader,
    producer,
    codec: deps.codecs.changeSet,
    partition,
    floor: input.committed ? (JSON.parse(input.metadata || '{}') as { floor?: number }).floor : undefined,
    low: await lowWatermark(deps.client.admin, topics.sessions, partition),
    rules: deps.rules,
    control,
  });
  end();
  return store;
}

function observeHeaders(watermark: Watermark, { headers }: KafkaMessage): void {
  const number = (name: string): number | undefined => {
    const value = headers?.[name]?.toString();
    return value === undefined ? undefined : Number(value);
  };
  const partition = number(rawHeaders.partition);
  const partitions = number(rawHeaders.partitions);
  if (partition === undefined || partitions === undefined) return;
  watermark.observe(partition, partitions, number(rawHeaders.time), number(rawHeaders.offset));
}
