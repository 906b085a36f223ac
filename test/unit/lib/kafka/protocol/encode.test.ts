import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { crc32c } from '../../../../../services/lib/kafka/protocol/crc32c';
import { groupMessages } from '../../../../../services/lib/kafka/protocol/group-messages';
import type { KafkajsEncoder } from '../../../../../services/lib/kafka/protocol/kafkajs-internals';
import { type ProduceOptions, produceRequest } from '../../../../../services/lib/kafka/protocol/produce-request';
import { frameRequest } from '../../../../../services/lib/kafka/protocol/request-frame';
import { arbitraryMessages, arbitraryProduce } from './arbitrary-messages';

// No module of ours that replaces one is loaded here: these are kafkajs' own.
const stockRequest = require('kafkajs/src/protocol/requests/produce/v3/request') as typeof produceRequest;
const stockFrame = require('kafkajs/src/protocol/request') as typeof frameRequest;
const stockCrc32c = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;
const stockGroups = require('kafkajs/src/producer/groupMessagesPerPartition') as typeof groupMessages;
const bytesOf = async (encoder: Promise<KafkajsEncoder>): Promise<string> => (await encoder).buffer.toString('hex');
const fails = (encoder: Promise<KafkajsEncoder>): Promise<unknown> =>
  encoder.then(() => undefined).catch((e) => e.name);

describe('what is sent, compared with stock kafkajs', () => {
  beforeEach(() => {
    jest.spyOn(Date, 'now').mockReturnValue(1_764_028_800_123);
  });
  afterEach(() => {
    jest.restoreAllMocks();
  });

  test('produce requests have the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryProduce, async (options) => {
        const produce = options as ProduceOptions;
        const [ours, stock] = [produceRequest, stockRequest].map((request) => {
          const { encode, expectResponse, ...rest } = request(produce);
          return { ...rest, expectsResponse: expectResponse() };
        });
        expect(ours).toEqual(stock);
        expect(await bytesOf(produceRequest(produce).encode())).toBe(await bytesOf(stockRequest(produce).encode()));
      }),
      { numRuns: 300 },
    );
  });

  test('at every size and time difference where a number takes a byte more', async () => {
    const edges = [6, 13, 20, 27, 31, 34, 41].map((bit) => 2 ** bit);
    const around = edges.flatMap((edge) => [edge - 1, edge, edge + 1]);
    const base = { acks: -1, timeout: 1 };
    const timed = [0, ...around].map((delta) => ({ value: 'v', timestamp: String(2 ** 42 + delta) }));
    // Times are sorted as text: the one with a digit more comes first, and the differences are negative.
    const negative = [0, ...around].map((delta) => ({ value: 'v', timestamp: String(10 ** 14 - 1 - delta) }));
    const sized = around
      .filter((size) => size < 2 ** 21)
      .flatMap((size) => [{ value: Buffer.alloc(size) }, { key: 'a'.repeat(size), value: null }]);
    for (const messages of [timed, [{ value: 'v', timestamp: String(10 ** 14) }, ...negative], sized]) {
      const options = { ...base, topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }] };
      expect(await bytesOf(produceRequest(options).encode())).toBe(await bytesOf(stockRequest(options).encode()));
    }
  });

  test('framed requests have the same bytes', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryProduce,
        fc.nat(),
        fc.oneof(fc.constant(null), fc.string({ unit: 'binary' })),
        async (options, correlationId, clientId) => {
          const framed = {
            correlationId,
            clientId,
            request: { ...stockRequest(options as ProduceOptions), apiVersion: 7 },
          };
          expect(await bytesOf(frameRequest(framed))).toBe(await bytesOf(stockFrame(framed)));
        },
      ),
      { numRuns: 50 },
    );
  });

  test.each([
    ['a header without a value', { value: 'v', headers: { name: null } }],
    ['a header that is undefined', { value: 'v', headers: { name: undefined } }],
    ['headers that are null', { value: 'v', headers: null }],
    ['a number as value', { value: 1 }],
    ['a number as key', { key: 1, value: 'v' }],
    ['a time that is none', { value: 'v', timestamp: 'noon' }],
    ['a time that is no integer', { value: 'v', timestamp: '1.5' }],
    ['an empty time', { value: 'v', timestamp: '' }],
  ])('%s is refused by both', async (_, message) => {
    const options = {
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages: [message] }] }],
    };
    const ours = await fails(produceRequest(options as never).encode());
    expect(ours).toEqual(expect.any(String));
    expect(ours).toBe(await fails(stockRequest(options as never).encode()));
  });

  test('a Uint8Array that is no Buffer is refused: stock kafkajs writes what no reader can read', async () => {
    const messages = [{ value: new Uint8Array([1, 2]) as never }];
    const options = { acks: -1, timeout: 1, topicData: [{ topic: 't', partitions: [{ partition: 0, messages }] }] };
    expect(await fails(stockRequest(options).encode())).toBeUndefined();
    expect(await fails(produceRequest(options).encode())).toBe('TypeError');
  });

  test('messages are grouped by partition in the same order', () => {
    fc.assert(
      fc.property(arbitraryMessages, fc.integer({ min: 1, max: 5 }), fc.boolean(), (messages, partitions, known) => {
        const partitionMetadata = known ? [{ partitionId: 0 } as never] : [];
        const partitioner = ({ message }: { message: unknown }) => messages.indexOf(message as never) % partitions;
        const grouping = { topic: 't', partitionMetadata, messages, partitioner };
        expect(groupMessages(grouping)).toEqual(stockGroups(grouping));
      }),
    );
  });

  test('the checksum is the same, for any part of a buffer', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), fc.nat(40), fc.nat(40), (bytes, before, after) => {
        const whole = Buffer.concat([Buffer.alloc(before, 7), bytes, Buffer.alloc(after, 9)]);
        expect(crc32c(whole, before, before + bytes.length)).toBe(stockCrc32c(Buffer.from(bytes)));
      }),
    );
  });
});
