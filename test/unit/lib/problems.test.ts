import { expect, test } from '@jest/globals';
import { Problems } from '../../../services/lib/problems';

const problem = (offset: number) => ({ reason: 'undecodable', step: 'enrich', topic: 't', partition: 0, offset });

test('each refused record is one line, up to a hundred a minute; the rest are counted', () => {
  const lines: object[] = [];
  const clock = { now: 0 };
  const problems = new Problems({ warn: (line: object) => void lines.push(line) } as never, () => clock.now);
  for (let offset = 0; offset < 130; offset++) problems.tell(problem(offset));
  expect(lines).toHaveLength(100);
  expect(lines[99]).toEqual(problem(99));
  clock.now = 60_000;
  problems.tell(problem(130));
  expect(lines.slice(100)).toEqual([{ count: 30 }, problem(130)]);
});
