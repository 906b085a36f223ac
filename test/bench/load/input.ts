import { setTimeout as sleep } from 'node:timers/promises';
import type { EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import type { Kafka, Message, Producer } from '../../../services/lib/kafka/kafkajs';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { rawHeadersOf } from '../../support/enriched-records';
import { blankEvent, partitions } from '../streams/input';

const perSend = 2_000;
const start = Date.UTC(2026, 0, 20);

/** Writes events to `interactions.enriched` as enrich would, spread evenly over its partitions. */
export class EnrichedWriter {
  /** Events written so far. */
  written = 0;
  /** Sum over events of their number. */
  numbers = 0;
  private readonly event: EnrichedEvent = blankEvent();

  private constructor(
    private readonly producer: Producer,
    private readonly codec: AvroCodec<EnrichedEvent>,
  ) {}

  static async open(kafka: Kafka, registryUrl: string): Promise<EnrichedWriter> {
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    return new EnrichedWriter(
      producer,
      await AvroCodec.register<EnrichedEvent>(registryUrl, `${topics.enriched}-value`, valueSchemas[topics.enriched]),
    );
  }

  /** Writes so many events as fast as Kafka takes them. */
  async write(count: number): Promise<void> {
    for (let left = count; left > 0; left -= perSend) await this.send(Math.min(left, perSend));
  }

  /** Writes at a steady pace until told to stop: as many as are due since the start, ten times a second. */
  async pace(perSecond: number, stopped: () => boolean): Promise<void> {
    const [begun, before] = [performance.now(), this.written];
    for (; !stopped(); await sleep(100)) {
      const due = Math.floor(((performance.now() - begun) / 1_000) * perSecond) - (this.written - before);
      if (due > 0) await this.write(due);
    }
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }

  private async send(count: number): Promise<void> {
    const messages = Array.from({ length: count }, (): Message => {
      const number = this.written++;
      const { event } = this;
      this.numbers += number;
      event.event_id = `e-${number}`;
      event.customer_id = `c-${number % 50_000}`;
      event.occurred_at = start + number * 20;
      event.received_at = event.occurred_at + 100;
      return {
        key: event.customer_id,
        value: this.codec.encode(event),
        partition: number % partitions,
        headers: rawHeadersOf({ partition: 0, partitions: 1, time: event.occurred_at }),
      };
    });
    await this.producer.send({ topic: topics.enriched, messages, acks: -1 });
  }
}
