import type { SessionChangeSet } from '../../../schemas/types';
import { AvroCodec, UndecodableValue } from '../../lib/avro';
import { headerNumber, headerText } from '../../lib/kafka/headers';
import type { KafkaMessage } from '../../lib/kafka/kafkajs';
import { frameIdOf, latestTimeOf, valueBytes } from '../../lib/kafka/values';
import { kindHeader, topics, valueSchemas } from '../../lib/topics';
import { plansFor } from '../domain/insert-plans';
import type { Progress } from '../domain/progress';
import { SchemaIds } from '../schema-ids';
import { confluentBodies, containerBodies } from './avro-bodies';
import { decodeFaults } from './avro-faults';
import { isData, type Stream } from './stream';

/** Header of a change set: how many rows of sessions and legs it becomes. */
const rowsHeader = 'rows';
type Reach = Pick<SessionChangeSet, 'change_seq' | 'progress'>;

/** `sessions`: change sets go to ClickHouse as they came, or in a container; how far the pipeline is stands in the progress records. */
export async function sessionsStream(registryUrl: string, readsRegistry: boolean): Promise<Stream> {
  const subject = `${topics.sessions}-value`;
  const fields = ['change_seq', 'progress'];
  const codec = await AvroCodec.register<Reach>(registryUrl, subject, valueSchemas[topics.sessions], fields);
  const ids = new SchemaIds(codec.schemas, 'dev.customerdynamics.v1.SessionChangeSet');
  const plans = plansFor('sessions');
  const bodies = readsRegistry ? confluentBodies(plans, ids) : containerBodies(plans, ids, codec);
  return {
    topic: topics.sessions,
    isData,
    ...bodies,
    weigh: (message) => ({ rows: headerNumber(message, rowsHeader) || 1, bytes: valueBytes(message) }),
    inspect: async (data) => {
      // Ids are known from here on, so that `progressOf` need not wait.
      await codec.prepare(data.map(({ value }) => value));
      return bodies.inspect(data);
    },
    examine: (data) => decodeFaults(codec, data),
    kindOf: (message) => frameIdOf(message) as number,
    progressOf: (messages) => progressOf(messages, (value) => decoded(codec, value)),
  };
}

/** A progress record tells the whole, so the last one does; change_seq only grows within a partition. */
export function progressOf(messages: readonly KafkaMessage[], decode: (value: Buffer) => Reach | undefined): Progress {
  const last = (wanted: (message: KafkaMessage) => boolean): Reach | undefined => {
    const value = messages.findLast(wanted)?.value;
    return value ? decode(value) : undefined;
  };
  const record = last((message) => headerText(message, kindHeader) === 'progress');
  const progress = record?.progress;
  return {
    loaded_until: latestTimeOf(messages),
    change_seq: last(isData)?.change_seq ?? 0,
    raw_partitions: progress?.raw_partitions ?? 0,
    ...(record &&
      progress && {
        sessionized: {
          change_seq: record.change_seq,
          input_offset: progress.input_offset,
          command_offset: progress.command_offset,
        },
      }),
    raw: new Map(
      progress?.raw.map(({ partition, raw_time, raw_offset }) => [partition, { time: raw_time, offset: raw_offset }]),
    ),
  };
}

/** An unreadable record says nothing about progress; whether it can be loaded is decided elsewhere. */
function decoded(codec: AvroCodec<Reach>, value: Buffer): Reach | undefined {
  try {
    return codec.decode(value);
  } catch (error) {
    if (error instanceof UndecodableValue) return undefined;
    throw error;
  }
}
