import { CompactReader } from './compact-reader';
import { encoderOf, type KafkajsEncoder } from './kafkajs-internals';

export interface DescribedTopic {
  name: string;
  /** What Kafka gave it when it was made: a topic deleted and made anew under its name has another. Hexadecimal. */
  id: string;
  error_code: number;
  partitions: number;
}

/** Metadata as of version 12, the first kafkajs lacks that tells ids of topics, in the shape its connections send. */
export const metadataV12 = (topics: readonly string[]) => ({
  request: {
    apiKey: 3,
    apiVersion: 12,
    apiName: 'Metadata',
    encode: async (): Promise<KafkajsEncoder> => encodeRequest(topics),
  },
  response: {
    decode: async (payload: Buffer) => decodeResponse(payload),
    parse: async <T>(data: T): Promise<T> => data,
  },
});

/** Topics are named, and none is created. The first byte ends the head, whose newer form kafkajs does not write. */
export function encodeRequest(topics: readonly string[]): KafkajsEncoder {
  const noTags = Buffer.from([0]);
  const parts = [noTags, uvarint(topics.length + 1)];
  for (const topic of topics) {
    const name = Buffer.from(topic);
    parts.push(Buffer.alloc(16), uvarint(name.length + 1), name, noTags);
  }
  const allowsCreation = 0;
  const wantsOperations = 0;
  const body = Buffer.concat([...parts, Buffer.from([allowsCreation, wantsOperations]), noTags]);
  return encoderOf(body, body.length);
}

export function decodeResponse(payload: Buffer): { topics: DescribedTopic[]; clientSideThrottleTime: number } {
  const reader = new CompactReader(payload);
  const idsOfReplicas = () => reader.array(() => reader.int32());
  reader.skipTags();
  reader.int32();
  reader.array(() => {
    reader.int32();
    reader.text();
    reader.int32();
    reader.text();
    reader.skipTags();
  });
  reader.text();
  reader.int32();
  const topics = reader.array(() => {
    const error_code = reader.int16();
    const name = reader.text();
    const id = reader.uuid();
    reader.bool();
    const partitions = reader.array(() => {
      reader.int16();
      for (let field = 0; field < 3; field++) reader.int32();
      for (let list = 0; list < 3; list++) idsOfReplicas();
      reader.skipTags();
    }).length;
    reader.int32();
    reader.skipTags();
    return { name, id, error_code, partitions };
  });
  return { topics, clientSideThrottleTime: 0 };
}

function uvarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  return Buffer.from([...bytes, rest]);
}
