import type { Erasure } from '../../schemas/types';
import { AvroCodec } from './avro';
import { Erasures } from './erasures';
import type { Admin, KafkaMessage } from './kafka/kafkajs';
import { highWatermark, lowWatermark } from './kafka/offsets';
import type { PartitionReader } from './kafka/partition-reader';
import { topics } from './topics';

export interface ErasureLogClient {
  admin: Admin;
  reader: Pick<PartitionReader, 'read'>;
}

type ErasureCodec = Pick<AvroCodec<Erasure>, 'prepare' | 'decode'>;

/** A look that is older is repeated before anything is decided by it. */
export const erasuresFreshMs = 2_000;

/**
 * The compacted topic `erasures` as one process knows it.
 *
 * Guarantee: after `fresh()`, everything is known that was written more than `erasuresFreshMs` before the call. It rejects
 * while that cannot be said: what is not known to be allowed is not let through.
 */
export class ErasureLog {
  private next: number | undefined;
  private lookedAt = Number.NEGATIVE_INFINITY;
  private looking: Promise<void> | undefined;

  private constructor(
    private readonly client: ErasureLogClient,
    private readonly codec: ErasureCodec,
    readonly erasures: Erasures,
  ) {}

  /** Reads all there is. Rejects with WrongErasureKey when it was written with another key. */
  static async open(client: ErasureLogClient, registryUrl: string, key: string): Promise<ErasureLog> {
    const codec = await AvroCodec.register<Erasure>(registryUrl, `${topics.erasures}-value`, 'erasure.v1');
    return ErasureLog.read(client, codec, key);
  }

  /** As `open`, with a codec that is there. */
  static async read(client: ErasureLogClient, codec: ErasureCodec, key: string): Promise<ErasureLog> {
    const log = new ErasureLog(client, codec, new Erasures(key));
    await log.refresh();
    return log;
  }

  /** Looks again if the last look was not a moment ago. */
  async fresh(): Promise<void> {
    if (performance.now() - this.lookedAt <= erasuresFreshMs) return;
    await this.refresh();
  }

  /** Reads what is new; callers at the same time share one look that began no earlier than their call. */
  async refresh(): Promise<void> {
    if (this.looking) {
      // That one may have begun before what the caller wants to see was written.
      await this.looking.catch(() => undefined);
    }
    this.looking ??= this.look().finally(() => {
      this.looking = undefined;
    });
    return this.looking;
  }

  private async look(): Promise<void> {
    const began = performance.now();
    const { admin, reader } = this.client;
    const end = await highWatermark(admin, topics.erasures, 0);
    this.next ??= await lowWatermark(admin, topics.erasures, 0);
    if (this.next < end) {
      const found: KafkaMessage[] = [];
      const next = await reader.read(topics.erasures, 0, this.next, (message) => found.push(message) > 0, { to: end });
      await this.codec.prepare(found.map(({ value }) => value));
      for (const { value } of found) if (value) this.erasures.add(this.codec.decode(value));
      this.next = next;
    }
    this.lookedAt = began;
  }
}
