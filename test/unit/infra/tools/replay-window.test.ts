import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Chunk, chunks, eventTime, FlightWindow } from '../../../../infra/tools/replay/window';

const line = (minute: number) => JSON.stringify({ event_id: `e${minute}`, occurred_at: minute * 60_000 });
const limits = { maxLines: 10, maxBytes: 100_000, maxSpanMs: 150_000 };

async function* from(lines: string[]): AsyncGenerator<string> {
  yield* lines;
}

async function collect(lines: string[], skip = 0): Promise<Chunk[]> {
  const result: Chunk[] = [];
  for await (const chunk of chunks(from(lines), skip, limits)) result.push(chunk);
  return result;
}

const minutes = fc.array(fc.integer({ min: 0, max: 600 }), { minLength: 1, maxLength: 120 });

describe('chunks of a file', () => {
  test('hold every line once, in order, within the limits', async () => {
    await fc.assert(
      fc.asyncProperty(minutes, async (times) => {
        const lines = times.map(line);
        const found = await collect(lines);
        expect(found.flatMap((chunk) => chunk.lines)).toEqual(lines);
        for (const chunk of found) expect(chunk.lines.length).toBeLessThanOrEqual(limits.maxLines);
        expect(found.at(-1)?.lastLine).toBe(lines.length);
      }),
    );
  });

  test('begin after the lines that an earlier replay has sent', async () => {
    const lines = [line(1), '', line(2), line(3)];
    expect((await collect(lines, 3)).flatMap((chunk) => chunk.lines)).toEqual([line(3)]);
  });

  test('read the time of a line whatever its form', () => {
    expect(eventTime('{"occurred_at": "1970-01-01T00:00:01Z"}')).toBe(1_000);
    expect(eventTime('{"occurred_at":1000}')).toBe(1_000);
    expect(eventTime('not json')).toBeUndefined();
  });
});

describe('what may be in flight together', () => {
  const tenMinutes = 600_000;

  test('never spans more event time than allowed, counted from before the oldest that is not acknowledged', async () => {
    await fc.assert(
      fc.asyncProperty(minutes, fc.infiniteStream(fc.nat()), async (times, random) => {
        const window = new FlightWindow(4, tenMinutes);
        const all = await collect(times.map(line));
        const flying: { chunk: Chunk; before: number }[] = [];
        let max = Number.NEGATIVE_INFINITY;
        for (const chunk of all) {
          const admitted = window.admit(chunk);
          while (!(await Promise.race([admitted.then(() => true), settle()]))) {
            window.land(flying.splice(random.next().value % flying.length, 1)[0].chunk);
          }
          flying.push({ chunk, before: max });
          max = Math.max(max, chunk.maxTime as number);
          expect(flying.length).toBeLessThanOrEqual(4);
          const oldest = Math.min(...flying.map(({ before }) => before));
          if (flying.length > 1 && Number.isFinite(oldest)) expect(max - oldest).toBeLessThanOrEqual(tenMinutes);
        }
      }),
      { numRuns: 50 },
    );
  });

  test('tells up to which line everything has landed', async () => {
    const [a, b, c] = await collect(Array.from({ length: 25 }, () => line(1)));
    const window = new FlightWindow(4, tenMinutes);
    for (const chunk of [a, b, c]) await window.admit(chunk);
    window.land(b);
    expect(window.landedUpTo(25)).toBe(0);
    window.land(a);
    expect(window.landedUpTo(25)).toBe(20);
    window.land(c);
    expect(window.landedUpTo(25)).toBe(25);
  });
});

const settle = () => new Promise<false>((resolve) => setTimeout(() => resolve(false), 1));
