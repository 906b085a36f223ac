import type { EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Kafka, Message, Producer, Transaction } from '../../../services/lib/kafka/kafkajs';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { Random } from '../../simulator/core/random';
import { enrichedEvent, heartbeat, rawHeadersOf, spoilt } from '../../support/enriched-records';
import { type Arrival, rawPartitions, type SessionEventsOptions, sessionEvents } from './session-events';

const partitions = 4;
const year = 365 * 24 * 3_600_000;
/** Records in one round of two transactions; the same in every run, so that only the pace follows the machine. */
const recordsPerRound = 40;
const shareAborted = 0.2;

export interface SessionsInputOptions extends SessionEventsOptions {
  /** Records that nobody can decode, spread over the input. */
  poison: number;
}

/** What has been committed to `interactions.enriched`. */
export interface SessionsTruth {
  events: EnrichedEvent[];
  /** The undecodable ones as `partition/offset`. */
  poison: Set<string>;
  /** Next offset behind the last record of each partition. */
  ends: Map<number, number>;
  aborted: number;
}

/** A record ready to be sent, and what it adds to the truth once it is committed. */
interface Outgoing {
  message: Message;
  event?: EnrichedEvent;
  poison?: boolean;
}

/**
 * Writes enriched events as enrich would, while others read them: two transactional producers, each for half of the raw
 * partitions, whose transactions interleave in every partition. Some are aborted: they hold records that never come
 * (events that would join sessions, a heartbeat that would evict everything) beside those that are sent again.
 */
export class SessionsInput {
  readonly truth: SessionsTruth = { events: [], poison: new Set(), ends: new Map(), aborted: 0 };
  private written = 0;
  private closed = false;
  private inHand: Promise<void> = Promise.resolve();
  private readonly random: Random;
  private readonly arrivals: Arrival[];
  private readonly poisonAt: Set<number>;
  private readonly rawTimes = new Map<number, number>();

  private constructor(
    private readonly producers: Producer[],
    private readonly codec: AvroCodec<EnrichedEvent>,
    options: SessionsInputOptions,
  ) {
    this.random = Random.of(options.seed, 'sessions-input');
    this.arrivals = sessionEvents(options);
    const stretch = options.events / options.poison;
    this.poisonAt = new Set(
      Array.from({ length: options.poison }, (_, i) => Math.floor(stretch * (i + this.random.next()))),
    );
  }

  static async open(kafka: Kafka, registryUrl: string, options: SessionsInputOptions): Promise<SessionsInput> {
    const producers = ['a', 'b'].map((id) =>
      kafka.producer({ transactionalId: `sessions-input-${id}`, idempotent: true, maxInFlightRequests: 1 }),
    );
    for (const producer of producers) await producer.connect();
    const codec = await AvroCodec.register<EnrichedEvent>(
      registryUrl,
      `${topics.enriched}-value`,
      valueSchemas[topics.enriched],
    );
    return new SessionsInput(producers, codec, options);
  }

  /** Events that are not written yet and shall be. */
  get left(): number {
    return this.closed ? 0 : this.arrivals.length - this.written;
  }

  /** One round: two transactions side by side, and again whatever was aborted. */
  async writeRound(): Promise<void> {
    const round = this.arrivals.slice(this.written, this.written + recordsPerRound);
    const halves = this.producers.map((_, producer) =>
      round.flatMap((arrival, i) =>
        producerOf(arrival.rawPartition) === producer ? this.outgoing(arrival, this.written + i) : [],
      ),
    );
    this.written += round.length;
    const aborted = halves.map(() => this.random.chance(shareAborted));
    await this.transact(halves, aborted);
    if (aborted.some(Boolean) && !this.closed) {
      await this.transact(
        halves.map((half, producer) => (aborted[producer] ? half : [])),
        [false, false],
      );
    }
  }

  /** Into every partition, how far every raw partition has come. */
  async heartbeats(): Promise<void> {
    if (this.closed) return;
    const beats = this.producers.map((_, producer) =>
      [...this.rawTimes].flatMap(([raw, time]) =>
        producerOf(raw) === producer
          ? Array.from({ length: partitions }, (_, partition) => ({
              message: heartbeat(partition, { partition: raw, partitions: rawPartitions, time }, this.written),
            }))
          : [],
      ),
    );
    await this.transact(beats, [false, false]);
  }

  /** Ends all writing after the transactions in hand: disconnected in the middle of one, kafkajs never comes to rest. */
  async close(): Promise<void> {
    this.closed = true;
    await this.inHand.catch(() => undefined);
    for (const producer of this.producers) await producer.disconnect();
  }

  private outgoing({ event, rawPartition, raw_time }: Arrival, number: number): Outgoing[] {
    this.rawTimes.set(rawPartition, raw_time);
    const record = this.record(event, rawPartition, raw_time);
    if (!this.poisonAt.has(number)) return [record];
    const value = spoilt(record.message.value as Buffer, number);
    return [{ message: { ...record.message, value }, poison: true }, record];
  }

  private record(event: EnrichedEvent, partition: number, time: number): Outgoing {
    return {
      message: {
        key: event.customer_id,
        value: this.codec.encode(event),
        partition: partitionOf(event.customer_id, partitions),
        headers: rawHeadersOf({ partition, partitions: rawPartitions, time }),
      },
      event,
    };
  }

  private transact(halves: Outgoing[][], aborted: boolean[]): Promise<void> {
    this.inHand = this.interleave(halves, aborted);
    return this.inHand;
  }

  /** Begun before and ended after each other at random; what is committed becomes the truth. */
  private async interleave(halves: Outgoing[][], aborted: boolean[]): Promise<void> {
    const open: { transaction: Transaction; records: Outgoing[]; aborted: boolean; committed: (() => void)[] }[] = [];
    for (const [producer, half] of halves.entries()) {
      if (half.length === 0) continue;
      const records = aborted[producer] ? [...half, ...this.ghosts(half, producer)] : half;
      const transaction = await this.producers[producer].transaction();
      open.push({ transaction, records, aborted: aborted[producer], committed: [] });
    }
    if (this.random.chance(0.5)) open.reverse();
    for (const part of [0, 1]) {
      for (const { transaction, records, committed } of open) {
        const middle = Math.ceil(records.length / 2);
        const sent = part === 0 ? records.slice(0, middle) : records.slice(middle);
        if (sent.length > 0) committed.push(await this.send(transaction, sent));
      }
    }
    if (this.random.chance(0.5)) open.reverse();
    for (const { transaction, aborted: abort, committed } of open) {
      if (abort) {
        await transaction.abort();
        this.truth.aborted += 1;
      } else {
        await transaction.commit();
        for (const count of committed) count();
      }
    }
  }

  /** What must leave no trace: an event of somebody real, poison, and word that a year has passed. */
  private ghosts([{ message, event }]: Outgoing[], producer: number): Outgoing[] {
    // Behind an undecodable record there is no event to copy.
    const made = { event_type: 'web.page_viewed', source_system: 'web', occurred_at: 0, received_at: 0 };
    const real = event ?? enrichedEvent({ ...made, customer_id: String(message.key) });
    const time = real.occurred_at + year;
    const raw = Array.from({ length: rawPartitions }, (_, partition) => partition).filter(
      (partition) => producerOf(partition) === producer,
    );
    const ghost = enrichedEvent({ ...real, event_id: `ghost-${this.random.hex(8)}`, late: false, sessionised: true });
    return [
      this.record(ghost, raw[0], real.occurred_at),
      { message: { ...message, value: Buffer.from('not avro, and aborted') } },
      ...raw.map((partition) => ({
        message: heartbeat(message.partition as number, { partition, partitions: rawPartitions, time }, 0),
      })),
    ];
  }

  /** Answers what to do when it is committed: records into the truth, with the offsets they were given. */
  private async send(transaction: Transaction, records: Outgoing[]): Promise<() => void> {
    const messages = records.map(({ message }) => message);
    const stored = await transaction.send({ topic: topics.enriched, messages, acks: -1 });
    const next = new Map(stored.map(({ partition, baseOffset }) => [partition, Number(baseOffset)]));
    return () => {
      for (const { message, event, poison } of records) {
        const partition = message.partition as number;
        const offset = next.get(partition) as number;
        next.set(partition, offset + 1);
        this.truth.ends.set(partition, Math.max(this.truth.ends.get(partition) ?? 0, offset + 1));
        if (poison) this.truth.poison.add(`${partition}/${offset}`);
        else if (event) this.truth.events.push(event);
      }
    };
  }
}

const producerOf = (rawPartition: number): number => (rawPartition < rawPartitions / 2 ? 0 : 1);
