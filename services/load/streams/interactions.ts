import type { EnrichedEvent } from '../../../schemas/types';
import { AvroCodec } from '../../lib/avro';
import { headerNumber } from '../../lib/kafka/headers';
import type { KafkaMessage } from '../../lib/kafka/kafkajs';
import { frameIdOf, timeOf, valueBytes } from '../../lib/kafka/values';
import { rawHeaders, topics, valueSchemas } from '../../lib/topics';
import { plansFor } from '../domain/insert-plans';
import type { Progress, RawReach } from '../domain/progress';
import { SchemaIds } from '../schema-ids';
import { confluentBodies, containerBodies } from './avro-bodies';
import { decodeFaults } from './avro-faults';
import { isData, type Stream } from './stream';

/** `interactions.enriched`: the values go to ClickHouse as they came, or in a container; it decodes them itself. */
export async function interactionsStream(registryUrl: string, readsRegistry: boolean): Promise<Stream> {
  const subject = `${topics.enriched}-value`;
  const codec = await AvroCodec.register<EnrichedEvent>(registryUrl, subject, valueSchemas[topics.enriched], [
    'event_id',
  ]);
  const ids = new SchemaIds(codec.schemas, 'dev.customerdynamics.v1.EnrichedEvent');
  const plans = plansFor('interactions');
  return {
    topic: topics.enriched,
    // Whatever has a kind here has no value: most records need no look at their headers.
    isData: (message) => valueBytes(message) > 0 || isData(message),
    ...(readsRegistry ? confluentBodies(plans, ids) : containerBodies(plans, ids, codec)),
    weigh: (message) => ({ rows: 1, bytes: valueBytes(message) }),
    examine: (data) => decodeFaults(codec, data),
    kindOf: (message) => frameIdOf(message) as number,
    progressOf: headersProgress,
  };
}

/**
 * Enrich writes on every record which raw partition it is of and how far that one is; offsets on heartbeats only. Both only
 * grow in log order: read from the end, the first found of each is the one, and most records need not be looked at.
 */
export function headersProgress(messages: readonly KafkaMessage[]): Progress {
  const raw = new Map<number, RawReach>();
  let raw_partitions = 0;
  let timed = 0;
  let loaded_until = 0;
  for (let index = messages.length - 1; index >= 0; index--) {
    const message = messages[index];
    loaded_until = Math.max(loaded_until, timeOf(message));
    if (raw_partitions > 0 && timed >= raw_partitions && valueBytes(message) > 0) continue;
    const partition = headerNumber(message, rawHeaders.partition);
    if (partition === undefined) continue;
    raw_partitions ||= headerNumber(message, rawHeaders.partitions) ?? 0;
    const reach = raw.get(partition);
    const time = reach?.time ?? headerNumber(message, rawHeaders.time);
    const offset = reach?.offset ?? headerNumber(message, rawHeaders.offset);
    if (reach?.time === undefined && time !== undefined) timed += 1;
    raw.set(partition, { time, offset });
  }
  return { loaded_until, change_seq: 0, raw_partitions, raw };
}
