import { expect, test } from '@jest/globals';
import { oncePerMinute } from '../../../../services/lib/kafka/client';

test('what kafkajs says over and over is told once a minute', () => {
  const clock = { now: 0 };
  const isNews = oncePerMinute(() => clock.now);
  const said = (text: string, times: number) =>
    Array.from({ length: times }, () => isNews(text)).filter(Boolean).length;
  expect([said('refused a', 500), said('refused b', 500)]).toEqual([1, 1]);
  clock.now = 59_999;
  expect(said('refused a', 3)).toBe(0);
  clock.now = 60_000;
  expect(said('refused a', 3)).toBe(1);
  // However many different ones there are.
  for (let index = 0; index < 5_000; index++) isNews(`text ${index}`);
  expect(said('text 4999', 1)).toBe(0);
});
