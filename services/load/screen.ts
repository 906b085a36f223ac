import { AvroCodec, UndecodableValue } from '../lib/avro';
import type { ErasureLog } from '../lib/erasure-log';
import type { EventTimes } from '../lib/erasures';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import { timeOf } from '../lib/kafka/values';
import { kindHeader, topics, valueSchemas } from '../lib/topics';

/** Leaves out what must not be loaded any more; offsets and headers of what is left out still count. */
export interface Screen {
  apply(topic: string, messages: readonly KafkaMessage[]): Promise<readonly KafkaMessage[]>;
}

/** Enrich writes nothing of an erased time any more this long after an erasure, whatever it is in the middle of. */
const enrichKnowsWithinMs = 600_000;

/**
 * Events of `interactions.enriched` that were erased since they were written: read again, from a backlog or after a
 * restore, they do not come back. Change sets are not left out: the rows that take back are among them.
 */
export class ErasureScreen implements Screen {
  private constructor(
    private readonly log: Pick<ErasureLog, 'erasures' | 'fresh'>,
    private readonly codec: Pick<AvroCodec<EventTimes>, 'decode' | 'prepare'>,
    private readonly leftOut: (count: number) => void,
  ) {}

  static async open(log: ErasureLog, registryUrl: string, leftOut: (count: number) => void): Promise<ErasureScreen> {
    const fields = ['occurred_at', 'received_at'];
    const subject = `${topics.enriched}-value`;
    const codec = await AvroCodec.register<EventTimes>(registryUrl, subject, valueSchemas[topics.enriched], fields);
    return new ErasureScreen(log, codec, leftOut);
  }

  static of(
    log: Pick<ErasureLog, 'erasures' | 'fresh'>,
    codec: Pick<AvroCodec<EventTimes>, 'decode' | 'prepare'>,
    leftOut: (count: number) => void,
  ): ErasureScreen {
    return new ErasureScreen(log, codec, leftOut);
  }

  async apply(topic: string, messages: readonly KafkaMessage[]): Promise<readonly KafkaMessage[]> {
    if (topic !== topics.enriched) return messages;
    await this.log.fresh();
    const { erasures } = this.log;
    const until = erasures.lastAt + enrichKnowsWithinMs;
    if (erasures.size === 0) return messages;
    // Times first: a key is read anew whenever it is asked for.
    const suspects = messages.filter(
      (message) => timeOf(message) <= until && message.value && message.key && erasures.has(message.key.toString()),
    );
    if (suspects.length === 0) return messages;
    await this.codec.prepare(suspects.map(({ value }) => value));
    const erased = new Set(suspects.filter((message) => this.isErased(message)));
    this.leftOut(erased.size);
    return messages.map((message) => (erased.has(message) ? withoutValue(message) : message));
  }

  private isErased({ key, value }: KafkaMessage): boolean {
    try {
      return this.log.erasures.covers(String(key), this.codec.decode(value as Buffer));
    } catch (error) {
      // It cannot be loaded either, and goes to the dead letters like any other.
      if (error instanceof UndecodableValue) return false;
      throw error;
    }
  }
}

/** What is no data: see `isData`. Not by spreading: a record's fields are read when asked for. */
const withoutValue = ({ offset, timestamp, attributes, key, headers }: KafkaMessage): KafkaMessage =>
  ({
    ...{ offset, timestamp, attributes, key, value: null },
    headers: { ...headers, [kindHeader]: 'erased' },
  }) as KafkaMessage;
