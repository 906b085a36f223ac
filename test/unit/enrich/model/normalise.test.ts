import { describe, expect, test } from '@jest/globals';
import { Features } from '../../../../services/enrich/model/features';
import { longestText, marks, Normaliser } from '../../../../services/enrich/model/normalise';

const normaliser = new Normaliser();
const said = (text: string) => {
  const n = normaliser.run(text);
  return String.fromCharCode(...normaliser.units.subarray(0, n));
};
const mark = (name: keyof typeof marks) => String.fromCharCode(marks[name]);

describe('a text becomes', () => {
  test.each([
    { name: 'lower case without accents', text: 'NÃO Reconheço', is: ' nao reconheco ' },
    { name: 'one alef, no vowel signs, no tatweel', text: 'أُلـغِي إلى الآن', is: ' الغي الي الان ' },
    { name: 'ta marbuta and alef maqsura as they are spoken', text: 'بطاقة على', is: ' بطاقه علي ' },
    { name: 'Moroccan letters as Arabic ones', text: 'ڭاع گاع', is: ' كاع كاع ' },
    { name: 'Arabic digits as digits, amounts all alike', text: '٢٥ 1,000', is: ' 0 0 0 ' },
    { name: 'digits that are letters kept', text: '3lach wa9t', is: ' 3lach wa9t ' },
    { name: 'two letters and a mark of elongation', text: 'nooooo', is: ` noo ${mark('elongated')} ` },
    { name: 'an apostrophe less', text: "don't can’t", is: ' dont cant ' },
    { name: 'signs of feeling as tokens', text: 'what?! no!!!', is: ' what ? ! no !! ' },
    { name: 'an emoji as a token, without its skin', text: 'ok👍🏽', is: ' ok 👍 ' },
    {
      name: 'emoticons as marks',
      text: 'fine :) bad :-( <3',
      is: ` fine ${mark('smile')} bad ${mark('frown')} ${mark('heart')} `,
    },
    { name: 'links and mentions as marks', text: '@me http://a.b/c', is: ` ${mark('mention')} ${mark('link')} ` },
    { name: 'shouting as a mark', text: 'GIVE IT BACK', is: ` give it back ${mark('shouted')} ` },
    { name: 'nothing', text: '', is: ' ' },
    { name: 'nothing for control characters', text: '\u0000\u0007\u200b', is: ' ' },
    { name: 'nothing for half a surrogate pair', text: 'a\ud83d b\udc00', is: ' a b ' },
  ])('$name', ({ text, is }) => expect(said(text)).toBe(is));

  test.each([
    { name: '1 MB of one letter', text: 'a'.repeat(1e6) },
    { name: '1 MB of one word', text: 'cancel '.repeat(150_000) },
    { name: 'letters that decompose into many', text: 'ﷺ'.repeat(1e5) },
    { name: 'emoji only', text: '😀'.repeat(1e5) },
    { name: 'single letters', text: 'a '.repeat(1e5) },
    { name: 'signs', text: '!a?'.repeat(1e5) },
    { name: 'letters with a thousand accents', text: `a${'\u0301'.repeat(1e5)}` },
  ])('no more than fits: $name', ({ text }) => {
    const features = new Features({ shortest: 2, longest: 5, words: 2, skips: true });
    features.run(text);
    expect(normaliser.run(text)).toBeLessThanOrEqual(normaliser.units.length);
    expect(features.length).toBeLessThanOrEqual(features.hashes.length);
    expect(features.tokens).toBeLessThan(longestText * 4);
  });
});

test('n-grams stay inside words, words stand alone and in pairs', () => {
  const features = new Features({ shortest: 2, longest: 3, words: 2, skips: false });
  features.run('ab cd');
  // Of " ab ": " a", " ab", "ab", "ab ", "b ", and as many of " cd "; then ab, cd, ab+cd.
  expect([features.characters, features.length, features.tokens]).toEqual([10, 13, 2]);
  expect(new Set(features.hashes.subarray(0, 13)).size).toBe(13);
});
