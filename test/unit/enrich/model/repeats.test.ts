import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Repeats } from '../../../../services/enrich/model/repeats';

test('n-grams are counted, those of earlier texts forgotten', () => {
  const repeats = new Repeats();
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 60 }).map((n) => 8 * n * n)), fc.nat(3000), (ngrams, more) => {
      // A text may be longer than what comes; the table is larger then.
      repeats.begin(ngrams.length + more);
      const counts = new Map<number, number>();
      for (const ngram of ngrams) {
        const times = (counts.get(ngram) ?? 0) + 1;
        counts.set(ngram, times);
        expect(repeats.times(repeats.count(ngram))).toBe(times);
      }
    }),
  );
});
