import { groupMessages } from '../../../services/lib/kafka/protocol/group-messages';
import { LeanBatch } from '../../../services/lib/kafka/protocol/lean-batch';
import { type ProduceOptions, produceRequest } from '../../../services/lib/kafka/protocol/produce-request';
import { decodeRecordBatch } from '../../../services/lib/kafka/protocol/record-batch-decoder';
import { frameRequest } from '../../../services/lib/kafka/protocol/request-frame';
import { replaceModule } from '../../../services/lib/kafka/replace-module';

/** No broker: encodes sends as kafkajs would, and decodes the batches of those requests again. */
const records = Number(process.env.RECORDS ?? 5_000);
const rounds = Number(process.env.ROUNDS ?? 15);
const warmUp = 10;
const bytes = Number(process.env.BYTES ?? 300);
const withHeaders = process.env.HEADERS === '1';

const decodeMessagesPath = 'kafkajs/src/protocol/requests/fetch/v4/decodeMessages';
const batchDecoderPath = 'kafkajs/src/protocol/recordBatch/v0/decoder';
const Decoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => object;

type DecodeMessages = (decoder: object) => Promise<{ offset: string }[]>;
type Batch = new (topic: string, offset: string, data: object) => { messages: { value: Buffer | null }[] };
interface Client {
  group: typeof groupMessages;
  request: typeof produceRequest;
  frame: typeof frameRequest;
  decode: DecodeMessages;
  Batch: Batch;
}
const stock: Client = {
  group: require('kafkajs/src/producer/groupMessagesPerPartition'),
  request: require('kafkajs/src/protocol/requests/produce/v3/request'),
  frame: require('kafkajs/src/protocol/request'),
  decode: require(decodeMessagesPath),
  Batch: require('kafkajs/src/consumer/batch'),
};
replaceModule(batchDecoderPath, decodeRecordBatch);
delete require.cache[require.resolve(decodeMessagesPath)];
const ours: Client = {
  group: groupMessages,
  request: produceRequest,
  frame: frameRequest,
  decode: require(decodeMessagesPath),
  Batch: LeanBatch as unknown as Batch,
};

const topic = 'interactions';
const messages = Array.from({ length: records }, (_, i) => ({
  key: `customer-${(i * 7919) % 100_003}`,
  value: Buffer.alloc(bytes, i),
  partition: 0,
  ...(withHeaders ? { headers: { kind: 'interaction', watermark: String(1_764_028_800_000 + i) } } : {}),
}));

async function encode({ group, request, frame }: Client): Promise<Buffer> {
  const partitioner = ({ message }: { message: { partition?: number } }) => message.partition as number;
  const groups = group({ topic: topic, partitionMetadata: [{} as never], messages, partitioner });
  const partitions = [{ partition: 0, messages: groups[0], firstSequence: 0 }];
  const topicData = [{ topic: topic, partitions }];
  const batch = { transactionalId: 'bench', producerId: '1000', producerEpoch: 0, compression: 0 };
  const options: ProduceOptions = { acks: -1, timeout: 30_000, ...batch, topicData };
  return (await frame({ correlationId: 1, clientId: 'bench', request: request(options) })).buffer;
}

async function decode(client: Client, recordSet: Buffer): Promise<number> {
  const decoded = await client.decode(new Decoder(recordSet));
  const batch = new client.Batch(topic, '0', { partition: 0, highWatermark: '1', messages: decoded });
  return batch.messages.length;
}

/** Of processor time, all threads: a busy machine then costs less accuracy. */
async function microsecondsPerRecord(work: () => Promise<unknown>): Promise<number> {
  const before = process.cpuUsage();
  await work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / records;
}

const median = (values: number[]): number => values.toSorted((a, b) => a - b)[values.length >> 1];

async function main(): Promise<void> {
  const { now } = Date;
  Date.now = () => 1_764_028_800_000;
  const request = await encode(stock);
  if (!request.equals(await encode(ours))) throw new Error('the requests differ');
  Date.now = now;
  // The record set with its size is what a produce request ends with and what a fetch response carries.
  const recordSet = request.subarray(request.indexOf(topic) + topic.length + 8);
  for (const client of [stock, ours]) {
    if ((await decode(client, recordSet)) !== records) throw new Error('records are missing');
  }
  const taken: Record<string, number[]> = {
    'encode stock': [],
    'encode ours': [],
    'decode stock': [],
    'decode ours': [],
  };
  for (let round = -warmUp; round < rounds; round++) {
    const clients = Object.entries({ stock, ours });
    for (const [name, client] of round % 2 ? clients : clients.reverse()) {
      const encoding = await microsecondsPerRecord(() => encode(client));
      const decoding = await microsecondsPerRecord(() => decode(client, recordSet));
      if (round < 0) continue;
      taken[`encode ${name}`].push(encoding);
      taken[`decode ${name}`].push(decoding);
    }
  }
  console.log(`${records} records of ${bytes} bytes, ${rounds} rounds`);
  for (const [name, values] of Object.entries(taken))
    console.log(`${name}  ${median(values).toFixed(2)} us of CPU per record`);
}

void main();
