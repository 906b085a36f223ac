import type { EnrichedEvent, LegRow, SessionChangeSet, SessionRow } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Kafka, Message, Producer, TopicMessages } from '../../../services/lib/kafka/kafkajs';
import { kindHeader, topics, valueSchemas } from '../../../services/lib/topics';
import { enrichedEvent, heartbeat, rawHeadersOf, spoilt } from '../../support/enriched-records';

/** What must be in the tables when all that was committed is loaded. */
export interface Truth {
  events: number;
  /** Their numbers: told by name, what is missing says more than a sum. */
  committed: number[];
  /** Sum over events of their number and of talk_ms: what is missing and what is double cannot balance in all three. */
  numbers: number;
  talk_ms: number;
  sessions: Map<string, SessionRow>;
  legs: Map<string, LegRow>;
  unreadable: number;
  /** Next offset behind the last record of each partition, by `topic/partition`. */
  ends: Map<string, number>;
}

const partitions = 4;
const customers = 300;
const start = Date.UTC(2026, 0, 20);

/**
 * Writes what enrich and sessionize would: two transactional producers that interleave in every partition, some of
 * whose transactions are aborted, with heartbeats, progress records and now and then a record that nobody can read.
 */
export class LoadInput {
  readonly truth: Truth = {
    events: 0,
    committed: [],
    numbers: 0,
    talk_ms: 0,
    sessions: new Map(),
    legs: new Map(),
    unreadable: 0,
    ends: new Map(),
  };
  private sent = 0;
  private changeSeq = 0;
  private round = 0;

  private constructor(
    private readonly producers: Producer[],
    private readonly enriched: AvroCodec<EnrichedEvent>,
    private readonly changeSets: AvroCodec<SessionChangeSet>,
    private readonly random: () => number,
  ) {}

  static async open(kafka: Kafka, registryUrl: string, random: () => number): Promise<LoadInput> {
    const producers = ['a', 'b'].map((id) =>
      kafka.producer({ transactionalId: `load-input-${id}`, idempotent: true, maxInFlightRequests: 1 }),
    );
    for (const producer of producers) await producer.connect();
    return new LoadInput(
      producers,
      await AvroCodec.register(registryUrl, `${topics.enriched}-value`, valueSchemas[topics.enriched]),
      await AvroCodec.register(registryUrl, `${topics.sessions}-value`, valueSchemas[topics.sessions]),
      random,
    );
  }

  async close(): Promise<void> {
    for (const producer of this.producers) await producer.disconnect();
  }

  /** Two transactions side by side, each in two sends; one in six is aborted. Change sets go by the first alone. */
  async write(events: number): Promise<void> {
    this.round += 1;
    const plans = this.producers.map((_, index) => ({
      aborted: index > 0 && this.random() < 1 / 3,
      batches: [this.eventBatch(events / 4), this.eventBatch(events / 4)],
    }));
    const changes = this.changes();
    const transactions = await Promise.all(this.producers.map((producer) => producer.transaction()));
    for (const half of [0, 1]) {
      for (const [index, transaction] of transactions.entries()) {
        const topicMessages = [plans[index].batches[half].records];
        if (index === 0 && half === 0) topicMessages.push(changes.records);
        const stored = await transaction.sendBatch({ topicMessages });
        if (!plans[index].aborted) {
          for (const { topicName, partition, baseOffset } of stored) {
            const count = topicMessages
              .filter(({ topic }) => topic === topicName)
              .flatMap(({ messages }) => messages)
              .filter((message) => message.partition === partition).length;
            this.truth.ends.set(`${topicName}/${partition}`, Number(baseOffset) + count);
          }
        }
      }
    }
    for (const [index, transaction] of transactions.entries()) {
      if (plans[index].aborted) {
        await transaction.abort();
      } else {
        await transaction.commit();
        for (const { count } of plans[index].batches) count();
        if (index === 0) changes.count();
      }
    }
  }

  private eventBatch(size: number): { records: TopicMessages; count(): void } {
    const numbers = Array.from({ length: Math.ceil(size) }, () => this.sent++);
    const events = numbers.map((number) => eventOf(number, this.random()));
    const messages: Message[] = events.map((event) => ({
      key: event.customer_id,
      value: this.enriched.encode(event),
      partition: partitionOf(event.customer_id),
      headers: rawHeadersOf(placeAt(event.occurred_at)),
    }));
    const unreadable = this.random() < 0.1;
    if (unreadable) {
      const value = spoilt(messages[0].value as Buffer, this.round);
      messages.splice(1 + (this.round % 3), 0, { key: 'x', value, partition: this.round % partitions });
    }
    for (let partition = 0; partition < partitions; partition++) {
      messages.push(heartbeat(partition, placeAt(start), this.sent));
    }
    return {
      records: { topic: topics.enriched, messages },
      count: () => {
        this.truth.events += events.length;
        for (const number of numbers) this.truth.committed.push(number);
        this.truth.numbers += numbers.reduce((sum, number) => sum + number, 0);
        this.truth.talk_ms += events.reduce((sum, event) => sum + (event.talk_ms ?? 0), 0);
        this.truth.unreadable += unreadable ? 1 : 0;
      },
    };
  }

  /** Each change set takes back what a customer's session was and adds what it is, with a leg more. */
  private changes(): { records: TopicMessages; count(): void } {
    const { sessions, legs } = this.truth;
    const chosen = new Set(Array.from({ length: 10 }, () => Math.floor(this.random() * customers)));
    const sets = [...chosen].map((customer): SessionChangeSet => {
      const version = ++this.changeSeq;
      const session_id = `s-${customer}-${this.round >> 5}`;
      const before = sessions.get(session_id);
      const now = sessionOf(session_id, customer, (before?.leg_count ?? 0) + 1, version);
      const leg = legOf(session_id, now.leg_count, version);
      const last = legs.get(`${session_id}-${now.leg_count - 1}`);
      const ended = last && { ...last, outcome: 'FAILURE', talk_ms: 7, version, sign: 1 };
      return {
        customer_id: `c-${customer}`,
        change_seq: version,
        sessions: [...(before ? [{ ...before, sign: -1 }] : []), now],
        legs: [...(last && ended ? [{ ...last, sign: -1 }, ended] : []), leg],
        state: [],
        progress: null,
      };
    });
    const messages: Message[] = sets.map((set) => ({
      key: set.customer_id,
      value: this.changeSets.encode(set),
      partition: partitionOf(set.customer_id),
      headers: { rows: String(set.sessions.length + set.legs.length) },
    }));
    for (let partition = 0; partition < partitions; partition++) messages.push(this.progressRecord(partition));
    return {
      records: { topic: topics.sessions, messages },
      count: () => {
        for (const set of sets) {
          for (const row of set.sessions) if (row.sign > 0) sessions.set(row.session_id, row);
          for (const row of set.legs) if (row.sign > 0) legs.set(row.leg_id, row);
        }
      },
    };
  }

  private progressRecord(partition: number): Message {
    const progress = {
      input_offset: 0,
      command_offset: 0,
      raw_partitions: 1,
      raw: [{ partition: 0, raw_time: start, raw_offset: this.sent }],
    };
    const set = { customer_id: '', change_seq: this.changeSeq, sessions: [], legs: [], state: [], progress };
    return { key: null, value: this.changeSets.encode(set), partition, headers: { [kindHeader]: 'progress' } };
  }
}

/** Staff events have no customer. */
const partitionOf = (customer_id: string): number => Number(customer_id.split('-')[1] ?? 0) % partitions;

const placeAt = (time: number) => ({ partition: 0, partitions: 1, time });

/** Events of several months, so that one block is several parts in the table. */
export function eventOf(number: number, random: number): EnrichedEvent {
  return enrichedEvent({
    event_id: `e-${number}`,
    event_type: 'message.sent',
    occurred_at: start + Math.floor(random * 30 * 86_400_000),
    received_at: start,
    customer_id: number % 50 === 0 ? '' : `c-${number % customers}`,
    source_system: 'test',
    channel: (['VOICE', 'WEB', 'CHAT'] as const)[number % 3],
    interaction_id: number % 4 === 0 ? null : `i-${number >> 3}`,
    contact_id: number % 5 === 0 ? `i-${number >> 3}` : null,
    talk_ms: number % 7 === 0 ? null : number % 1_000,
    attributes: { 'it’s': 'a "test"' },
    ...(number % 50 === 0 ? { commerce_offered: true } : {}),
  });
}

export function sessionOf(session_id: string, customer: number, leg_count: number, version: number): SessionRow {
  const failed = customer % 2 === 0;
  return {
    session_id,
    started_at: start + customer * 3_600_000,
    ended_at: start + customer * 3_600_000 + leg_count,
    event_count: leg_count * 2,
    contact_count: leg_count,
    leg_count,
    channels: ['VOICE'],
    path: failed ? ['WEB:FAILURE', 'VOICE:SUCCESS'] : ['VOICE:SUCCESS'],
    path_counts: failed ? [1, leg_count] : [leg_count],
    outcome: 'SUCCESS',
    intent: leg_count % 3 === 0 ? 'billing' : '',
    failures_before_success: failed ? 1 : 0,
    first_failed_channel: failed ? 'WEB' : '',
    rescued_by_channel: failed ? 'VOICE' : '',
    time_to_success_ms: leg_count % 2 === 0 ? null : leg_count,
    cost_minor: null,
    currency: '',
    emotion_start: null,
    emotion_end: -0.25,
    oversized: false,
    rule_version: 1,
    version,
    sign: 1,
  };
}

export function legOf(session_id: string, number: number, version: number): LegRow {
  const arrived_at = start + number * 60_000;
  const abandoned = number % 3 === 0;
  return {
    leg_id: `${session_id}-${number}`,
    interaction_id: '',
    contact_id: '',
    session_id,
    channel: 'VOICE',
    stage: 'AGENT',
    queue: number % 2 === 0 ? 'sales' : '',
    agent_id: '',
    direction: 'INBOUND',
    intent: '',
    arrived_at,
    queued_at: arrived_at,
    answered_at: abandoned ? null : arrived_at + 10,
    ended_at: arrived_at + 20,
    wait_ms: number % 4 === 0 ? null : 10,
    ring_ms: null,
    ivr_ms: null,
    talk_ms: 5,
    hold_ms: null,
    acw_ms: 1,
    focus_ms: null,
    offer_count: 1,
    handled_at: abandoned ? null : arrived_at + 20,
    left_by: abandoned ? 'ABANDONED' : 'ANSWERED',
    flow_out_kind: '',
    disconnect_by: '',
    transfer_kind: '',
    failure_step: '',
    outcome: 'SUCCESS',
    short_abandoned: abandoned,
    transferred: number % 5 === 0,
    resolved_by: number % 4 === 0 ? 'human' : '',
    goal: number % 7 === 0 ? 'paid' : '',
    case_id: number % 3 === 0 ? `case-${number}` : '',
    order_id: number % 11 === 0 ? `order-${number}` : '',
    hold_count: number % 3,
    unanswered_offer_count: number % 2,
    customer_message_count: number % 9,
    agent_message_count: number % 8,
    bot_message_count: number % 6,
    first_reply_at: number % 8 === 0 ? null : arrived_at + 15,
    abandoned_in: abandoned ? 'QUEUE' : '',
    contact_intent: number % 2 === 0,
    cost_minor: number % 4 === 0 ? null : number * 3,
    cost_currency: number % 4 === 0 ? '' : 'EUR',
    emotion_start: number % 5 === 0 ? null : -0.5,
    emotion_end: number % 5 === 0 ? null : number / 1_000,
    version,
    sign: 1,
  };
}
