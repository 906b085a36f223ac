import { describe, expect, test } from '@jest/globals';
import { Erasures } from '../../../services/lib/erasures';
import type { KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import { topics } from '../../../services/lib/topics';
import { ErasureScreen } from '../../../services/load/screen';
import { isData } from '../../../services/load/streams/stream';

const hour = 3_600_000;
const erasedAt = 1_000 * hour;

function screen() {
  const erasures = new Erasures('a key for tests only');
  erasures.addCustomer('ana', erasedAt);
  const seen = { fresh: 0, decoded: 0, leftOut: 0 };
  const one = ErasureScreen.of(
    {
      erasures,
      fresh: async () => {
        seen.fresh += 1;
      },
    },
    {
      prepare: async () => undefined,
      decode: (value) => {
        seen.decoded += 1;
        return JSON.parse(value.toString());
      },
    },
    (count) => {
      seen.leftOut += count;
    },
  );
  return { one, seen };
}

const message = (offset: number, key: string | null, occurred_at: number, written_at: number): KafkaMessage =>
  ({
    offset: String(offset),
    timestamp: String(written_at),
    key: key === null ? null : Buffer.from(key),
    value: key === null ? null : Buffer.from(JSON.stringify({ occurred_at, received_at: occurred_at })),
    headers: { raw_partition: Buffer.from('0') },
  }) as unknown as KafkaMessage;

describe('what was erased since it was written', () => {
  test('is no data any more; its offset and headers stay, and so does everything else', async () => {
    const { one, seen } = screen();
    const messages = [
      message(4, 'ana', erasedAt - 5, erasedAt - 4),
      message(5, null, 0, erasedAt - 3),
      message(6, 'bea', erasedAt - 5, erasedAt - 2),
      message(7, 'ana', erasedAt + 5, erasedAt + 6),
    ];
    const through = await one.apply(topics.enriched, messages);
    expect(through.map(({ offset }) => offset)).toEqual(['4', '5', '6', '7']);
    expect(through.map((one_) => one_.value !== null && isData(one_))).toEqual([false, false, true, true]);
    expect(through[0].headers?.raw_partition?.toString()).toBe('0');
    expect(seen).toEqual({ fresh: 1, decoded: 2, leftOut: 1 });
  });

  test('costs nothing for what was written long after the last erasure, and nothing of other topics is touched', async () => {
    const { one, seen } = screen();
    const later = [message(1, 'ana', erasedAt + 3 * hour, erasedAt + 3 * hour)];
    expect(await one.apply(topics.enriched, later)).toBe(later);
    const sets = [message(1, 'ana', 0, 0)];
    expect(await one.apply(topics.sessions, sets)).toBe(sets);
    expect(seen).toEqual({ fresh: 1, decoded: 0, leftOut: 0 });
  });
});
