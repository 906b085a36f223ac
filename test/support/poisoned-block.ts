import type { EnrichedEvent } from '../../schemas/types';
import { AvroCodec } from '../../services/lib/avro';
import type { Kafka } from '../../services/lib/kafka/kafkajs';
import { topics, valueSchemas } from '../../services/lib/topics';
import { enrichedEvent, rawHeadersOf, spoilt } from './enriched-records';

/** Records of partition 0 of `interactions.enriched`, written in one batch, some of which cannot be loaded. */
export class PoisonedBlock {
  private constructor(
    readonly start: number,
    readonly end: number,
    /** Ids of the events that can be loaded. */
    readonly good: readonly string[],
    /** What cannot be, by offset, as it was written. */
    readonly poison: ReadonlyMap<number, Buffer>,
  ) {}

  /**
   * 60 records, with poison at both ends, side by side and alone: cut short, without a frame, of an unknown schema, and
   * (what decoding does not see and ClickHouse refuses) with a symbol that the enum does not have.
   */
  static async write(kafka: Kafka, registryUrl: string, prefix: string): Promise<PoisonedBlock> {
    const codec = await AvroCodec.register<EnrichedEvent>(
      registryUrl,
      `${topics.enriched}-value`,
      valueSchemas[topics.enriched],
    );
    const event = (number: number, given: Partial<EnrichedEvent> = {}): Buffer =>
      codec.encode(
        enrichedEvent({
          event_id: `${prefix}-${number}`,
          event_type: 'message.sent',
          occurred_at: Date.UTC(2026, 0, 20) + number,
          received_at: Date.UTC(2026, 0, 20),
          customer_id: 'poisoned',
          source_system: 'test',
          channel: 'VOICE',
          ...given,
        }),
      );
    const noSymbol = (number: number): Buffer => {
      const [one, other] = [event(number), event(number, { channel: 'VIDEO' })];
      const value = Buffer.from(one);
      value[one.findIndex((byte, index) => byte !== other[index])] = 0x7e;
      return value;
    };
    const poison: Record<number, Buffer> = {
      0: spoilt(event(0), 0),
      1: noSymbol(1),
      20: spoilt(event(20), 1),
      21: noSymbol(21),
      22: spoilt(event(22), 2),
      40: noSymbol(40),
      59: noSymbol(59),
    };
    const numbers = Array.from({ length: 60 }, (_, number) => number);
    const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1 });
    await producer.connect();
    const [stored] = await producer.send({
      topic: topics.enriched,
      acks: -1,
      messages: numbers.map((number) => ({
        key: 'poisoned',
        partition: 0,
        value: poison[number] ?? event(number),
        headers: rawHeadersOf({ partition: 0, partitions: 1, time: Date.UTC(2026, 0, 20) }),
      })),
    });
    await producer.disconnect();
    const start = Number(stored.baseOffset);
    return new PoisonedBlock(
      start,
      start + numbers.length,
      numbers.filter((number) => !poison[number]).map((number) => `${prefix}-${number}`),
      new Map(Object.entries(poison).map(([number, value]) => [start + Number(number), value])),
    );
  }
}
