import { describe, expect, test } from '@jest/globals';
import type { KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import { headersProgress } from '../../../services/load/streams/interactions';
import { progressOf } from '../../../services/load/streams/sessions';

const message = (timestamp: number, headers: Record<string, string>, value: Buffer | null = Buffer.from('x')) =>
  ({
    timestamp: String(timestamp),
    offset: '0',
    key: null,
    value,
    attributes: 0,
    headers: Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])),
  }) as KafkaMessage;

describe('how far the pipeline has come', () => {
  test('enriched: every record tells the time of its raw partition, heartbeats its offset too', () => {
    const of = (partition: number, more: Record<string, string>) => ({
      raw_partition: String(partition),
      raw_partitions: '2',
      ...more,
    });
    expect(
      headersProgress([
        message(10, of(0, { raw_time: '100' })),
        message(30, of(0, { raw_time: '120', raw_offset: '7', kind: 'heartbeat' }), null),
        message(20, of(1, { raw_time: '90' })),
        message(20, of(0, { raw_time: '130' })),
        message(20, {}),
      ]),
    ).toEqual({
      loaded_until: 30,
      change_seq: 0,
      raw_partitions: 2,
      raw: new Map([
        [0, { time: 130, offset: 7 }],
        [1, { time: 90, offset: undefined }],
      ]),
    });
  });

  test('sessions: the last progress record tells all, the last change set its number', () => {
    const progress = {
      input_offset: 1,
      command_offset: 0,
      raw_partitions: 2,
      raw: [{ partition: 1, raw_time: 50, raw_offset: 5 }],
    };
    const decode = (value: Buffer) =>
      value.toString() === 'progress' ? { change_seq: 9, progress } : { change_seq: 8, progress: null };
    const messages = [
      message(1, {}, Buffer.from('set')),
      message(2, { kind: 'progress' }, Buffer.from('progress')),
      message(3, { kind: 'marker' }, null),
    ];
    expect(progressOf(messages, decode)).toEqual({
      loaded_until: 3,
      change_seq: 8,
      raw_partitions: 2,
      raw: new Map([[1, { time: 50, offset: 5 }]]),
      sessionized: { change_seq: 9, input_offset: 1, command_offset: 0 },
    });
    expect(progressOf(messages, () => undefined).raw.size).toBe(0);
  });
});
