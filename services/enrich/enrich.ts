/**
 * interactions.raw → enrich → interactions.enriched (and interactions.dead-letter).
 *
 * Guarantee: exactly once. Per raw partition, what a batch gives and the offset behind it are one Kafka transaction;
 * raw_time and the window of repeats are functions of the partition's log, so a new owner computes the same.
 */

import type { DeadLetter, EnrichedEvent, InteractionEvent } from '../../schemas/types';
import { type AvroCodec, UndecodableValue } from '../lib/avro';
import { deadLetterOf, type Refusal } from '../lib/dead-letter';
import type { ErasureLog } from '../lib/erasure-log';
import type { KafkaMessage, Message } from '../lib/kafka/kafkajs';
import { fetchCommitted } from '../lib/kafka/offsets';
import type { Control, PartitionTask, TaskInput } from '../lib/kafka/partition-task';
import { partitionOf } from '../lib/kafka/partitioner';
import type { ServiceClient } from '../lib/kafka/service-client';
import { TransactionalProducer } from '../lib/kafka/transactional-producer';
import type { Problems } from '../lib/problems';
import { canaryKind, kindHeader, rawHeaders, sentAtHeader, topics } from '../lib/topics';
import { BatchSpans, batchAttributes, type TraceHeaders, type Tracing } from '../lib/tracing';
import { enrichEvent } from './domain/enrich-event';
import type { IdentityRules } from './domain/identity';
import { RawTime } from './domain/raw-time';
import { refusalOf } from './domain/refusal';
import type { RepeatWindow } from './domain/repeat-window';
import type { EnrichMetrics } from './metrics';
import { canarySentAt, canonicalBody, logPlace } from './raw-record';
import { rebuildWindow } from './rebuild-window';
import type { PendingEvent, Texts } from './texts';

export interface EnrichDeps {
  client: ServiceClient;
  groupId: string;
  codecs: { raw: AvroCodec<InteractionEvent>; enriched: AvroCodec<EnrichedEvent>; deadLetter: AvroCodec<DeadLetter> };
  rules: { latenessMs: number; identity: IdentityRules; dedupMaxIds: number; dedupMaxAgeMs: number };
  /** Reads and redacts what customers wrote. */
  texts: Texts;
  acceptLost: boolean;
  metrics: EnrichMetrics;
  erasureLog: Pick<ErasureLog, 'fresh' | 'erasures'>;
  problems: Pick<Problems, 'tell'>;
  tracing?: Tracing;
}

const heartbeatEveryMs = 1_000;

interface PartitionCounts {
  raw: number;
  enriched: number;
  deadLetter: number;
}

export class EnrichTask implements PartitionTask {
  private lastHeartbeatAt = 0;
  private heartbeatDue = false;
  /** Of the batch in hand: when ingest received the oldest event that goes on, epoch ms. */
  private oldestReceivedAt = Number.POSITIVE_INFINITY;

  private readonly places: { own: string; of: string };

  private constructor(
    private readonly deps: EnrichDeps,
    private readonly partition: number,
    private readonly counts: PartitionCounts,
    private readonly producer: TransactionalProducer,
    private offset: number,
    private readonly rawTime: RawTime,
    private readonly window: RepeatWindow,
  ) {
    this.places = { own: String(partition), of: String(counts.raw) };
  }

  /** Fences the former owner first; only then is what is committed final. */
  static async open(deps: EnrichDeps, partition: number, control: Control, previous?: EnrichTask): Promise<EnrichTask> {
    const { client, groupId, rules } = deps;
    const producer = await TransactionalProducer.open(client.kafka, `${groupId}-${partition}`, groupId);
    try {
      await previous?.close();
      const committed = await fetchCommitted(client.admin, groupId, topics.raw, partition, deps.acceptLost);
      const { raw_time } = JSON.parse(committed.metadata || '{}') as { raw_time?: number };
      const counts = {
        raw: await client.partitionsOf(topics.raw),
        enriched: await client.partitionsOf(topics.enriched),
        deadLetter: await client.partitionsOf(topics.deadLetter),
      };
      // Nobody has committed in between: what was known still holds.
      const kept = previous && previous.offset === committed.offset ? previous.window : undefined;
      const window = kept ?? (await rebuildWindow(deps, partition, committed.offset, control));
      return new EnrichTask(
        deps,
        partition,
        counts,
        producer,
        committed.offset,
        new RawTime(rules.latenessMs, raw_time),
        window,
      );
    } catch (error) {
      await producer.close().catch(() => undefined);
      throw error;
    }
  }

  position(): number {
    return this.offset;
  }

  async handle(input: TaskInput, control: Control): Promise<void> {
    const { raw } = this.deps.codecs;
    await this.deps.erasureLog.fresh();
    await raw.prepare(input.messages.map(({ value }) => value));
    const enriched: Message[] = [];
    const canaries: Message[] = [];
    const refused: Message[] = [];
    const { metrics, texts, tracing } = this.deps;
    const spans = new BatchSpans(tracing, 'enrich event', batchAttributes(topics.raw, this.partition));
    this.oldestReceivedAt = Number.POSITIVE_INFINITY;
    const results = new Map<EnrichResult['kind'], number>();
    let pending: Pending[] = [];
    const goOn = async (): Promise<void> => {
      await texts.apply(pending, () => control.heartbeat());
      for (const event of pending) enriched.push(this.record(event));
      pending = [];
    };
    for (const message of input.messages) {
      const sentAt = canarySentAt(message);
      if (sentAt !== undefined) {
        canaries.push(...this.toEveryPartition({ [kindHeader]: canaryKind, [sentAtHeader]: String(sentAt) }));
        continue;
      }
      const carried = spans.begin(message);
      const result = this.enrichOne(message, carried);
      results.set(result.kind, (results.get(result.kind) ?? 0) + 1);
      if (result.kind === 'enriched' || result.kind === 'late') pending.push(result.event);
      else if (result.kind === 'refused') {
        metrics.deadLetters.inc({ reason: result.refusal.reason });
        refused.push(this.refusedRecord(message, result.refusal));
      }
      if (pending.length >= texts.atOnce) await goOn();
    }
    await goOn();
    enriched.push(...canaries);
    for (const [result, count] of results) metrics.events.inc({ result }, count);
    control.assertCurrent();
    try {
      await this.commit(enriched, refused, input.nextOffset, Date.now());
    } catch (error) {
      spans.end(error);
      throw error;
    }
    spans.end();
    metrics.batchRecords.observe(input.messages.length);
    if (this.oldestReceivedAt < Number.POSITIVE_INFINITY) {
      metrics.eventAge.observe(Math.max(0, Date.now() - this.oldestReceivedAt) / 1_000);
    }
    metrics.observePartition(this.partition, this.rawTime.value, this.window.span());
  }

  /** The promised heartbeat after the last batch: without it the watermark would wait for the next event. */
  async tick(now: number, control: Control): Promise<void> {
    if (!this.heartbeatDue || now - this.lastHeartbeatAt < heartbeatEveryMs) return;
    control.assertCurrent();
    await this.commit([], [], this.offset, now);
  }

  async close(): Promise<void> {
    await this.producer.close();
  }

  private enrichOne(message: KafkaMessage, carried: TraceHeaders | undefined): EnrichResult {
    const { codecs, rules } = this.deps;
    let event: InteractionEvent;
    try {
      if (message.value === null) throw new UndecodableValue('the record has no value');
      event = codecs.raw.decode(message.value);
    } catch (error) {
      if (!(error instanceof UndecodableValue)) throw error;
      return { kind: 'refused', refusal: { reason: 'undecodable', error: error.message } };
    }
    const refusal = refusalOf(event);
    if (refusal) return { kind: 'refused', refusal: { ...refusal, ...originOf(event) } };
    const seen = this.window.observe(event.event_id, canonicalBody(codecs.raw, event), ...logPlace(message));
    if (seen === 'repeat') return { kind: 'repeat' };
    if (seen === 'conflict') {
      const error = `event_id ${event.event_id} was seen before with other content: the first one stays`;
      return {
        kind: 'refused',
        refusal: { reason: 'conflicting_duplicate', field: 'event_id', error, ...originOf(event) },
      };
    }
    this.oldestReceivedAt = Math.min(this.oldestReceivedAt, event.received_at);
    const late = this.rawTime.observe(event);
    const value = enrichEvent(event, late, rules.identity);
    // Of a time that was erased: sent again, replayed, or on its way while it was erased.
    if (this.deps.erasureLog.erasures.covers(value.customer_id, value)) return { kind: 'erased' };
    return {
      kind: late ? 'late' : 'enriched',
      event: { raw: event, value, headers: carried ? { ...this.headers(), ...carried } : this.headers() },
    };
  }

  private record({ value, headers }: Pending): Message {
    const key = value.customer_id || (value.actor_id as string);
    return {
      key,
      value: this.deps.codecs.enriched.encode(value),
      partition: partitionOf(key, this.counts.enriched),
      headers,
    };
  }

  private async commit(enriched: Message[], refused: Message[], nextOffset: number, now: number): Promise<void> {
    const moved = nextOffset > this.offset || this.heartbeatDue;
    const beat = moved && now - this.lastHeartbeatAt >= heartbeatEveryMs;
    const records = beat ? [...enriched, ...this.heartbeats(nextOffset)] : enriched;
    const end = this.deps.metrics.transactionSeconds.startTimer();
    await this.producer.commit(
      [
        { topic: topics.enriched, messages: records },
        { topic: topics.deadLetter, messages: refused },
      ],
      [
        {
          topic: topics.raw,
          partition: this.partition,
          offset: nextOffset,
          metadata: JSON.stringify({ raw_time: this.rawTime.value }),
        },
      ],
    );
    end();
    this.offset = nextOffset;
    this.heartbeatDue = moved && !beat;
    if (beat) this.lastHeartbeatAt = now;
  }

  private headers(): Record<string, string> {
    const { own, of } = this.places;
    const { value } = this.rawTime;
    // A literal each: to add to an object, event after event, takes three times as long.
    return value === undefined
      ? { [rawHeaders.partition]: own, [rawHeaders.partitions]: of }
      : { [rawHeaders.partition]: own, [rawHeaders.partitions]: of, [rawHeaders.time]: String(value) };
  }

  private heartbeats(nextOffset: number): Message[] {
    return this.toEveryPartition({ [rawHeaders.offset]: String(nextOffset), [kindHeader]: 'heartbeat' });
  }

  /** A record without content, for every enriched partition; says which raw partition it is of, and how far that one is. */
  private toEveryPartition(own: Record<string, string>): Message[] {
    const headers = { ...this.headers(), ...own };
    return Array.from({ length: this.counts.enriched }, (_, partition) => ({
      key: null,
      value: null,
      partition,
      headers,
    }));
  }

  private refusedRecord(message: KafkaMessage, refusal: Refusal): Message {
    const origin = { topic: topics.raw, partition: this.partition };
    const { reason, event_id } = refusal;
    this.deps.problems.tell({ reason, step: 'enrich', ...origin, offset: Number(message.offset), event_id });
    return {
      key: message.key,
      value: this.deps.codecs.deadLetter.encode(deadLetterOf(message, origin, 'enrich', refusal)),
      partition: this.partition % this.counts.deadLetter,
    };
  }
}

/** An event that goes on; headers as of its place in the log. */
interface Pending extends PendingEvent {
  headers: Record<string, string>;
}

type EnrichResult =
  | { kind: 'enriched' | 'late'; event: Pending }
  | { kind: 'repeat' }
  | { kind: 'erased' }
  | { kind: 'refused'; refusal: Refusal };

const originOf = (event: InteractionEvent) => ({ event_id: event.event_id, source_system: event.source.system });
