/** The shipped parameters and data files: what customers write, signs of feeling, negation, dialects, bad input. */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { defaultDirectory, loadTextReader, packs } from '../../../../services/enrich/model/load';
import general from '../../../../services/enrich/model/packs/general.json';

const reader = loadTextReader({ pack: 'general', shareAlike: true });
const banking = loadTextReader({ pack: 'banking77', shareAlike: true });
const clinc = loadTextReader({ pack: 'clinc150', shareAlike: false });

describe('language', () => {
  test.each([
    ['where is my parcel', 'en'],
    ['cadê meu pedido', 'pt'],
    ['nao consigo entrar na minha conta', 'pt'],
    ['أين طلبي؟', 'ar'],
    ['3lach lcarte dyali makhdamach', 'ar'],
    ['wa9tach ghadi twsel lcommande', 'ar'],
    ['quiero cancelar mi pedido, no funciona', 'other'],
    ["je n'arrive pas à me connecter", 'other'],
    ['ich möchte mein geld zurück', 'other'],
    ['где мой заказ', 'other'],
    ['我的订单在哪里', 'other'],
    ['سفارش من کجاست؟ چرا نمی‌رسد', 'other'],
    ['12345', null],
    ['👍', null],
  ])('"%s": %s', (text, language) => expect(reader.read(text).language.label).toBe(language));

  test('what the source states is believed', () => {
    expect(reader.read('ok', 'pt-BR').language).toEqual({ label: 'pt', confidence: 1 });
    expect(reader.read('ok', 'fr').language.label).toBe('other');
    expect(reader.read('where is my parcel', 'und').language.label).toBe('en');
  });
});

describe('reason, of the pack for any organisation', () => {
  test.each([
    ['I want to cancel my subscription', 'cancel'],
    ['my parcel has not arrived yet', 'delivery'],
    ['I forgot my password', 'login'],
    ['the internet is down since yesterday', 'outage'],
    ['can I talk to a real person please', 'human_agent'],
    ['how much does the premium plan cost', 'sales_question'],
    ['quero cancelar meu contrato', 'cancel'],
    ['minha encomenda ainda não chegou', 'delivery'],
    ['esqueci minha senha', 'login'],
    ['estou sem internet desde ontem', 'outage'],
    ['quero falar com um atendente', 'human_agent'],
    ['fui cobrado duas vezes', 'charge_dispute'],
    ['أريد إلغاء الاشتراك', 'cancel'],
    ['نسيت كلمة المرور', 'login'],
    ['وين طلبي؟ لسا ما وصل الطلب', 'delivery'],
    ['بدي احكي مع موظف', 'human_agent'],
    ['bghit nannuli l commande', 'cancel'],
  ])('"%s": %s', (text, label) => expect(reader.read(text).intent.label).toBe(label));

  test.each([['what is the meaning of life'], ['the weather is nice in march'], ['xqzt vvrk'], [''], ['👍👍']])(
    '"%s": unknown',
    (text) => {
      expect(reader.read(text).intent.label).toBeNull();
    },
  );

  test('not wanting to cancel is not cancelling', () => {
    expect(reader.read('I do not want to cancel my subscription').intent.label).not.toBe('cancel');
    expect(reader.read('não quero cancelar').intent.label).not.toBe('cancel');
  });

  test('labels are those of the pack', () => {
    expect(Object.keys(general.intents)).toContain(reader.read('where is my refund').intent.label);
  });
});

test.each([
  ['my card still has not arrived', 'en', 'card_arrival'],
  ['somebody stole my phone', 'en', 'lost_or_stolen_phone'],
  ['متى تصل بطاقتي الجديدة؟', 'ar', 'card_arrival'],
  ['كيفاش نبدل الكود ديالي', 'ar', 'change_pin'],
  ['esqueci minha senha do aplicativo', 'pt', 'passcode_forgotten'],
])('banking77: "%s" (%s): %s', (text, language, label) =>
  expect(banking.read(text, language).intent.label).toBe(label),
);

test('clinc150: in scope and out of it', () => {
  expect(clinc.read('set a timer for five minutes').intent.label).toBe('timer');
  expect(clinc.read('why do cats purr when the moon is full of cheese').intent.label).toBeNull();
});

describe('emotion', () => {
  test.each([
    ['I am so angry, this is outrageous!!', 'anger'],
    ['I am so happy, thank you so much, I love it :)', 'joy'],
    ['this makes me very sad, I am crying', 'sadness'],
    ['WHY ARE YOU SO FUCKING STUPID', 'anger'],
    ['oh great, another delay. thanks for nothing', 'anger'],
    ['que raiva, que palhaçada, seus idiotas', 'anger'],
    ['amei muito, obrigada, estou tão feliz', 'joy'],
    ['estou muito triste e com saudade', 'sadness'],
    ['My card was declined at the shop and nobody helps, I am furious', 'anger'],
    ["I'm really worried that somebody used my card", 'fear'],
    ['fiquei indignada com a cobrança', 'anger'],
    ['انا غاضبة جدا من الخدمة', 'anger'],
  ])('"%s": %s', (text, label) => expect(reader.read(text).emotion.label).toBe(label));

  const felt = (text: string) => reader.read(text).emotions;
  test('an emoji, a long vowel and shouting strengthen it', () => {
    expect(felt('my order came 😡').anger).toBeGreaterThan(felt('my order came').anger!);
    expect(felt('my order came 😍').joy).toBeGreaterThan(felt('my order came').joy!);
    expect(felt('i looooove it').joy).toBeGreaterThan(0.3);
  });
  test('valence has the sign of the feeling', () => {
    expect(reader.read('I hate this, it is terrible').emotion.score).toBeLessThan(-0.2);
    expect(reader.read('this is wonderful, thank you').emotion.score).toBeGreaterThan(0.2);
  });
  test('a plain question has none', () => {
    expect(reader.read('what time do you open').emotion.label).toBeNull();
    expect(felt('what time do you open').neutral).toBeGreaterThan(0.5);
  });
});

describe('bad input', () => {
  const long = 1 << 20;
  test.each([
    ['nothing', ''],
    ['1 MB', 'I want a refund '.repeat(long / 16)],
    ['one letter', 'a'.repeat(long)],
    ['control characters', '\u0000\u001b[31m\u0008'.repeat(100)],
    ['mixed scripts', 'refund بطاقة возврат 退款 ありがとう'],
    ['half surrogates', '\ud83d\ud83d\udc00 refund \udfff'],
    ['emoji', '😡'.repeat(10_000)],
    ['right-to-left marks', '\u202erefund\u202c \u200f'],
    ['combining marks', `e${'\u0301'.repeat(10_000)}`],
    ['a cue ten thousand times', 'cancel not '.repeat(10_000)],
  ])('%s', (_, text) => valid(reader.read(text)));

  test('any string in any language', () => {
    fc.assert(
      fc.property(
        fc.string({ unit: 'binary', maxLength: 300 }),
        fc.option(fc.string({ maxLength: 5 })),
        (text, language) => {
          valid(reader.read(text, language));
        },
      ),
      { numRuns: 300 },
    );
  });

  function valid(reading: ReturnType<typeof reader.read>): void {
    for (const { label, confidence } of [reading.language, reading.intent, reading.desire]) {
      expect(label === null || typeof label === 'string').toBe(true);
      expect(confidence >= 0 && confidence <= 1).toBe(true);
    }
    for (const p of Object.values(reading.emotions)) expect(p >= 0 && p <= 1).toBe(true);
    expect(Object.keys(reading.emotions)).toEqual(
      expect.arrayContaining(['anger', 'disgust', 'fear', 'joy', 'sadness', 'surprise']),
    );
    expect(Math.abs(reading.emotion.score)).toBeLessThanOrEqual(1);
    expect(JSON.parse(JSON.stringify(reading))).toEqual(reading);
  }
});

describe('parameters', () => {
  const sizes = (folder: string) => {
    const path = join(defaultDirectory(), folder);
    return readdirSync(path)
      .filter((f) => f.endsWith('.bin'))
      .map((f) => statSync(join(path, f)).size);
  };
  test('are 12 MB or less in all', () => {
    expect([...sizes('parameters'), ...sizes('parameters-share-alike')].reduce((a, b) => a + b, 0)).toBeLessThanOrEqual(
      12e6,
    );
  });
  test('share-alike ones are not opened when they may not be', () => {
    const without = loadTextReader({ pack: 'banking77', shareAlike: false });
    expect(without.read('متى تصل بطاقتي الجديدة؟').intent.label).toBeNull();
    expect(banking.read('متى تصل بطاقتي الجديدة؟').intent.label).toBe('card_arrival');
  });
  test('a pack that does not exist is named', () => {
    expect(() => loadTextReader({ pack: 'nosuch', shareAlike: true })).toThrow("'nosuch'");
    expect(() => loadTextReader({ pack: '../general', shareAlike: true })).toThrow('../general');
    expect(packs).toContain('general');
  });
});
