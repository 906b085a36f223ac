import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { filterAborted } from '../../../../services/lib/kafka/aborted-transactions';
import { coPartitions } from '../../../../services/lib/kafka/co-partition-assigner';
import { Partitioners } from '../../../../services/lib/kafka/kafkajs';
import { partitionOf } from '../../../../services/lib/kafka/partitioner';

describe('the partition of a key', () => {
  test('is the one that Kafka’s own clients choose', () => {
    const reference = Partitioners.DefaultPartitioner();
    const metadata = (count: number) => Array.from({ length: count }, (_, partitionId) => ({ partitionId, leader: 0 }));
    fc.assert(
      fc.property(fc.string({ minLength: 1, unit: 'grapheme' }), fc.integer({ min: 1, max: 24 }), (key, count) => {
        const expected = reference({
          topic: 't',
          partitionMetadata: metadata(count) as never,
          message: { key, value: null },
        });
        expect(partitionOf(key, count)).toBe(expected);
      }),
    );
  });
});

describe('co-partitioning', () => {
  test('gives each partition of every topic to one member, the same for all topics', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.uuid(), { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 1, max: 24 }),
        (members, count) => {
          const partitions = Array.from({ length: count }, (_, p) => p);
          const assigned = coPartitions(
            members,
            new Map([
              ['a', partitions],
              ['b', partitions],
            ]),
          );
          const owners = (topic: string) =>
            partitions.map((p) => members.filter((member) => assigned.get(member)?.get(topic)?.includes(p)));
          expect(owners('a').every((owner) => owner.length === 1)).toBe(true);
          expect(owners('b')).toEqual(owners('a'));
          const loads = members.map((member) => assigned.get(member)?.get('a')?.length ?? 0);
          expect(Math.max(...loads) - Math.min(...loads)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});

describe('the filter of aborted records', () => {
  const record = (offset: number, producerId: string, extra: object = {}) => ({
    offset: String(offset),
    key: null,
    isControlRecord: false,
    batchContext: { producerId, inTransaction: true },
    ...extra,
  });
  const marker = (offset: number, producerId: string, type: 0 | 1) =>
    record(offset, producerId, { isControlRecord: true, key: Buffer.from([0, 0, 0, type]) });
  const data = (records: { offset: string; isControlRecord: boolean }[]) =>
    records.filter(({ isControlRecord }) => !isControlRecord).map(({ offset }) => Number(offset));

  test('takes a list in order of completion, not of offset', () => {
    const messages = [
      record(0, 'a'),
      record(1, 'b'),
      record(2, 'a'),
      marker(3, 'b', 0),
      record(4, 'a'),
      marker(5, 'a', 0),
      record(6, 'c'),
    ];
    const abortedTransactions = [
      { firstOffset: '1', producerId: 'b' },
      { firstOffset: '0', producerId: 'a' },
    ];
    expect(data(filterAborted({ messages, abortedTransactions }))).toEqual([6]);
  });

  test('does not take a data key of four zero bytes for an abort marker', () => {
    const messages = [
      record(0, 'a', { key: Buffer.from([0, 0, 0, 0]) }),
      record(1, 'a'),
      marker(2, 'a', 0),
      record(3, 'a'),
      marker(4, 'a', 1),
    ];
    expect(data(filterAborted({ messages, abortedTransactions: [{ firstOffset: '0', producerId: 'a' }] }))).toEqual([
      3,
    ]);
  });
});
