import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import '../../../../../services/lib/kafka/aborted-transactions';
import type { AbortableRecord } from '../../../../../services/lib/kafka/aborted-transactions';
import { headerNumber, headerText } from '../../../../../services/lib/kafka/headers';
import type { KafkaMessage } from '../../../../../services/lib/kafka/kafkajs';
import type { KafkajsEncoder } from '../../../../../services/lib/kafka/protocol/kafkajs-internals';
import {
  type Cursor,
  decodeRecordBatch,
  type RecordBatch,
} from '../../../../../services/lib/kafka/protocol/record-batch-decoder';
import { arbitraryMessages } from './arbitrary-messages';

const Decoder = require('kafkajs/src/protocol/decoder') as new (buffer: Buffer) => Cursor;
const stockDecode = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (cursor: Cursor) => Promise<RecordBatch>;
const { RecordBatch: encodeBatch } = require('kafkajs/src/protocol/recordBatch/v0') as {
  RecordBatch(options: object): Promise<KafkajsEncoder>;
};
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (message: object) => KafkajsEncoder;

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }).map(String);
const near = fc.bigInt({ min: 1_764_000_000_000n, max: 1_764_999_999_999n }).map(String);
const arbitraryBatch = fc.record({
  messages: arbitraryMessages,
  firstOffset: fc.oneof(fc.nat().map(String), int64),
  firstTimestamp: fc.oneof(near, fc.constant('-1'), int64),
  maxTimestamp: fc.oneof(near, int64),
  timestampDeltas: fc.oneof(
    fc.constant([0]),
    fc.array(fc.integer({ min: -5, max: 200 }), { minLength: 1 }),
    fc.array(fc.maxSafeInteger(), { minLength: 1 }),
  ),
  offsetStep: fc.oneof(fc.constant(1), fc.integer({ min: 1, max: 100_000 })),
  producerId: int64,
  producerEpoch: fc.integer({ min: -1, max: 0x7fff }),
  firstSequence: fc.integer({ min: -1, max: 0x7fffffff }),
  partitionLeaderEpoch: fc.nat(),
  transactional: fc.boolean(),
  compression: fc.constantFrom(0, 0, 1),
  logAppendTime: fc.boolean(),
  control: fc.boolean(),
});

async function encode({
  messages,
  timestampDeltas,
  offsetStep,
  logAppendTime,
  control,
  ...batch
}: BatchOptions): Promise<Buffer> {
  const records = messages.map((message, i) =>
    encodeRecord({
      ...message,
      offsetDelta: i * offsetStep,
      timestampDelta: timestampDeltas[i % timestampDeltas.length],
    }),
  );
  const encoded = await encodeBatch({ ...batch, records, lastOffsetDelta: (messages.length - 1) * offsetStep });
  const bytes = Buffer.from(encoded.buffer);
  bytes[22] |= (logAppendTime ? 0x08 : 0) | (control ? 0x20 : 0);
  return bytes;
}
type BatchOptions = typeof arbitraryBatch extends fc.Arbitrary<infer T> ? T : never;

describe('what is read, compared with stock kafkajs', () => {
  test('batches one after the other, the last one cut', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryBatch, arbitraryBatch, fc.nat(), async (one, other, cut) => {
        const last = await encode(other);
        const bytes = Buffer.concat([await encode(one), last.subarray(0, 12 + (cut % (last.length - 11)))]);
        expect(await decodeAll(decodeRecordBatch, bytes)).toStrictEqual(await decodeAll(stockDecode, bytes));
      }),
      { numRuns: 300 },
    );
  });

  test('all batches of a partition at once, the last one cut', async () => {
    const { decodeMessages } = require('../../../../../services/lib/kafka/protocol/message-decoder');
    const stock = require('kafkajs/src/protocol/requests/fetch/v4/decodeMessages');
    const sized = (bytes: Buffer): Buffer => {
      const size = Buffer.alloc(4);
      size.writeInt32BE(bytes.length);
      return Buffer.concat([Buffer.from('before'), size, bytes, Buffer.from('behind')]);
    };
    await fc.assert(
      fc.asyncProperty(fc.array(arbitraryBatch, { maxLength: 4 }), fc.nat(), async (batches, cut) => {
        const whole = Buffer.concat(await Promise.all(batches.map(encode)));
        const bytes = sized(whole.subarray(0, whole.length < 217 ? whole.length : whole.length - (cut % 200)));
        const [ours, theirs] = [new Decoder(bytes), new Decoder(bytes)];
        for (const decoder of [ours, theirs]) decoder.offset = 'before'.length;
        const records = (await decodeMessages(ours)) as RecordBatch['records'];
        expect(plainRecords(records)).toStrictEqual(plainRecords(await stock(theirs)));
        expect(ours.offset).toBe(theirs.offset);
      }),
      { numRuns: 200 },
    );
  });

  test('a batch of which so little was fetched that it cannot be told to be one is none', async () => {
    const { decodeMessages } = require('../../../../../services/lib/kafka/protocol/message-decoder');
    const decoder = new Decoder(Buffer.from([0, 0, 0, 3, 1, 2, 3, 9]));
    expect(await decodeMessages(decoder)).toEqual([]);
    expect(decoder.offset).toBe(7);
  });

  test('keys and values are slices of what was fetched, as in stock kafkajs', async () => {
    const [options] = fc.sample(arbitraryBatch, { numRuns: 1, seed: 1 });
    const bytes = await encode({
      ...options,
      compression: 0,
      messages: [{ key: 'k', value: 'v', headers: { a: 'h' } }],
    });
    for (const decode of [decodeRecordBatch, stockDecode]) {
      const { records } = await decode(new Decoder(bytes));
      for (const slice of [records[0].key, records[0].value, records[0].headers.a as Buffer]) {
        expect(slice?.buffer).toBe(bytes.buffer);
      }
    }
  });

  test('each record has headers of its own, each batch one context', async () => {
    const [options] = fc.sample(arbitraryBatch, { numRuns: 1, seed: 1 });
    const bytes = await encode({ ...options, messages: [{ value: 'v' }, { value: 'v' }] });
    const { records } = await decodeRecordBatch(new Decoder(bytes));
    expect(records[0].headers).not.toBe(records[1].headers);
    expect(records[0].batchContext).toBe(records[1].batchContext);
  });

  test('headers named like something every object has keep their value alone', async () => {
    const [options] = fc.sample(arbitraryBatch, { numRuns: 1, seed: 1 });
    const headers = JSON.parse('{ "constructor": "a", "__proto__": ["b", "c"] }');
    const bytes = await encode({ ...options, messages: [{ value: 'v', headers }] });
    const { records } = await decodeRecordBatch(new Decoder(bytes));
    expect(Object.entries(records[0].headers)).toEqual([
      ['constructor', Buffer.from('a')],
      ['__proto__', [Buffer.from('b'), Buffer.from('c')]],
    ]);
    const stock = await stockDecode(new Decoder(bytes));
    expect(stock.records[0].headers.constructor).toEqual([Object, Buffer.from('a')]);
  });

  test('a header is found by its name where it stands', async () => {
    const [options] = fc.sample(arbitraryBatch, { numRuns: 1, seed: 1 });
    const headers = { raw_time: '1764000000123', raw_tim: '7', kind: 'progress', many: ['1', '2'], empty: '' };
    const bytes = await encode({ ...options, messages: [{ value: 'v', headers }, { value: 'w' }] });
    const ours = (await decodeRecordBatch(new Decoder(bytes))).records as unknown as KafkaMessage[];
    const stock = (await stockDecode(new Decoder(bytes))).records as unknown as KafkaMessage[];
    for (const name of [...Object.keys(headers), 'raw_times', 'none']) {
      for (const index of [0, 1]) {
        expect(headerText(ours[index], name)).toBe(headerText(stock[index], name));
        expect(headerNumber(ours[index], name)).toBe(headerNumber(stock[index], name));
      }
    }
    expect(headerNumber(ours[0], 'raw_time')).toBe(1_764_000_000_123);
    expect(headerText(ours[0], 'kind')).toBe('progress');
    expect(headerNumber(ours[0], 'kind')).toBeNaN();
  });

  test('a record that ends outside of its batch is told', async () => {
    const [options] = fc.sample(arbitraryBatch, { numRuns: 1, seed: 1 });
    const bytes = await encode({ ...options, compression: 0, messages: [{ value: 'value' }] });
    bytes[61] += 2;
    await expect(decodeRecordBatch(new Decoder(bytes))).rejects.toThrow(/record 0 of 1 ends outside/);
  });
});

test('a batch keeps the same records as stock kafkajs with the corrected filter', () => {
  const StockBatch = require('kafkajs/src/consumer/batch');
  const { LeanBatch } = require('../../../../../services/lib/kafka/protocol/lean-batch');
  const offset = fc.oneof(fc.nat(30).map(String), fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }).map(String));
  const message = fc.record({
    offset,
    key: fc.constant(null),
    isControlRecord: fc.boolean(),
    batchContext: fc.record({ producerId: fc.constantFrom('1', '2'), inTransaction: fc.boolean() }),
  });
  const aborted = fc.record({ producerId: fc.constantFrom('1', '2'), firstOffset: fc.nat(30).map(String) });
  const asked = fc.oneof(offset, fc.constantFrom('-1', '-2'), fc.nat(30));
  fc.assert(
    fc.property(
      // As brokers send them.
      fc.array(message).map((all) => all.sort((a, b) => Number(BigInt(a.offset) - BigInt(b.offset)))),
      asked,
      offset,
      fc.option(fc.array(aborted)),
      (messages, fetched, highWatermark, abortedTransactions) => {
        const data = { partition: 3, highWatermark, messages: messages as AbortableRecord[], abortedTransactions };
        const [ours, stock] = [LeanBatch, StockBatch].map((Batch) => new Batch('t', fetched, data));
        expect({ ...ours }).toEqual({ ...stock });
        for (const ask of ['isEmpty', 'isEmptyDueToFiltering', 'firstOffset', 'lastOffset', 'offsetLag']) {
          expect(ours[ask]()).toEqual(stock[ask]());
        }
      },
    ),
  );
});

/** Batches until one is cut, and where reading stopped. */
async function decodeAll(decode: (cursor: Cursor) => Promise<RecordBatch>, bytes: Buffer): Promise<unknown> {
  const cursor = new Decoder(bytes);
  const batches: RecordBatch[] = [];
  while (cursor.offset < bytes.length) {
    try {
      batches.push(plain(await decode(cursor)));
    } catch (error) {
      return { batches, error: (error as Error).message, name: (error as Error).name, offset: cursor.offset };
    }
  }
  return { batches, offset: cursor.offset };
}

/** Ours reads keys and headers when asked; stock has them at hand. */
const plain = (batch: RecordBatch): RecordBatch => ({
  ...batch,
  records: plainRecords(batch.records),
});

const plainRecords = (records: RecordBatch['records']): RecordBatch['records'] =>
  records.map(({ magicByte, attributes, timestamp, offset, key, value, headers, isControlRecord, batchContext }) => ({
    magicByte,
    attributes,
    timestamp,
    offset,
    key,
    value,
    headers,
    isControlRecord,
    batchContext,
  }));
