import { describe, expect, test } from '@jest/globals';
import { CueFinder } from '../../../../services/enrich/model/cues';
import { DesireReader } from '../../../../services/enrich/model/desire';
import desires from '../../../../services/enrich/model/desires.json';
import { Features } from '../../../../services/enrich/model/features';
import { Negation } from '../../../../services/enrich/model/negation';
import { Glossary } from '../../../../services/enrich/model/words';

const features = new Features({ shortest: 2, longest: 5, words: 2, skips: false });

describe('a cue is found', () => {
  const finder = new CueFinder([['money back'], ['refund*'], ['my|the bill'], ['استرداد*', 'فاتوره']]);
  test.each([
    { text: 'I want my MONEY   back!', found: [0] },
    { text: 'money, not back', found: [] },
    { text: 'refunding and refunds', found: [1, 1] },
    { text: 'ref', found: [] },
    { text: 'the bill, my bill, a bill', found: [2, 2] },
    { text: 'بدي استردادها والفاتورة', found: [3, 3] },
    { text: '', found: [] },
  ])('"$text"', ({ text, found }) => {
    features.run(text);
    expect(finder.find(features).map((h) => h.group)).toEqual(found);
  });

  test('beginnings shorter than three letters are refused', () => {
    expect(() => new CueFinder([['ab*']])).toThrow('3 letters');
  });
});

describe('desire, by words alone', () => {
  const negation = new Negation(desires.negation);
  const reader = new DesireReader(desires as never, negation);
  const wants = (text: string) => {
    features.run(text);
    negation.look(features);
    return reader.read(features, { label: null, confidence: 0 }).label;
  };
  test.each([
    ['I want my money back', 'refund'],
    ['please cancel my subscription', 'cancel'],
    ['I do not want to cancel, I want to talk to a human', 'human'],
    ["please don't cancel it", null],
    ['I never asked to cancel', null],
    ["why can't I cancel?", 'cancel'],
    ['I still have not been refunded', 'refund'],
    ['send me a replacement', 'replace'],
    ['the app is not working, fix it', 'fix'],
    ['how do I change my address?', 'information'],
    ['call me back tomorrow', 'call_back'],
    ['I want to upgrade my plan', 'buy_or_upgrade'],
    ['this is unacceptable, I will complain to the ombudsman', 'complaint'],
    ['you owe me an apology', 'apology'],
    ['thank you, all good', 'none'],
    ['quero meu dinheiro de volta', 'refund'],
    ['não quero cancelar, quero falar com um atendente', 'human'],
    ['nao cancele', null],
    ['vou no procon, que absurdo', 'complaint'],
    ['me liguem amanhã', 'call_back'],
    ['بدي استرجع فلوسي', 'refund'],
    ['ما بدي الغي الطلب، بدي احكي مع موظف', 'human'],
    ['مابغيتش نلغي', null],
    ['اريد الغاء الاشتراك', 'cancel'],
    ['bghit nannuli l commande', 'cancel'],
    ['بقديش العرض؟ بدي اشتري', 'buy_or_upgrade'],
    ['', null],
    ['asdf qwer', null],
  ])('"%s": %s', (text, desire) => expect(wants(text)).toBe(desire));
});

test('a glossary says the longest words it knows and leaves the rest', () => {
  const glossary = new Glossary({ 'caixa eletronico': 'atm', caixa: 'box', 'cart*': 'card', o: '' });
  const into = new Features(features.shape);
  const said = (text: string) => {
    features.run(text);
    const { units, starts, tokens } = glossary.say(features, into);
    return String.fromCharCode(...units.subarray(1, starts[tokens]));
  };
  expect(said('o caixa eletrônico engoliu meus cartões na caixa')).toBe('atm engoliu meus card na box');
  expect(said('o caixa')).toBe('box');
  expect(said('o o')).toBe('');
  expect(said(':) NÃAAAO!! 😡 10 http://x.y')).toBe('naao !! 😡 0');
  expect(said('caixa '.repeat(5_000)).length).toBeLessThan(4_001);
  expect(said('meu'.repeat(5_000)).length).toBeLessThan(4_001);
  expect(said('nada')).toBe('nada');
  expect(glossary.say(features, into)).toBe(features);
});
