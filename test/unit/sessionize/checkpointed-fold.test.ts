import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { CheckpointedFold } from '../../../services/sessionize/domain/checkpointed-fold';

/** Joins texts, which no other order gives, and counts its steps. */
const joining = () => {
  const counted = { steps: 0 };
  const fold = new CheckpointedFold<string, { text: string }>({
    start: () => ({ text: '' }),
    step: (acc, item) => {
      counted.steps += 1;
      acc.text += item;
    },
    copy: (acc) => ({ ...acc }),
  });
  return { fold, counted };
};

describe('a fold with copies kept on the way', () => {
  test('is the fold of its items in order, wherever they were inserted and whenever it was asked for or released', () => {
    const changes = fc.array(fc.tuple(fc.nat(), fc.constantFrom('', 'ask', 'release')), { maxLength: 1_500 });
    fc.assert(
      fc.property(changes, (inserted) => {
        const { fold } = joining();
        const items: string[] = [];
        inserted.forEach(([place, what], index) => {
          const at = place % 3 === 0 ? place % (items.length + 1) : items.length;
          items.splice(at, 0, `${index},`);
          fold.insert(at, `${index},`);
          if (what === 'ask') expect(fold.value().text).toBe(items.join(''));
          if (what === 'release') fold.release();
        });
        expect(fold.value().text).toBe(items.join(''));
      }),
      { numRuns: 60 },
    );
  });

  test('an item at the end is one step; one in between costs what lies behind it and at most one stretch of copies', () => {
    const { fold, counted } = joining();
    for (let i = 0; i < 100_000; i++) {
      fold.insert(i, 'a');
      fold.value();
    }
    expect(counted.steps).toBe(100_000);
    for (const distance of [1, 300, 5_000]) {
      counted.steps = 0;
      fold.insert(100_000 - distance, 'b');
      fold.value();
      expect(counted.steps).toBeLessThanOrEqual(distance + 257);
    }
  });
});
