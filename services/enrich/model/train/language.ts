/** Trains the language detector for Latin script: texts of the sets, hand-written sentences, and Arabic written in Latin letters. */
import { Classifier } from '../classifier';
import type { Parameters } from '../parameters';
import { accuracy, slopeOf } from './calibrate';
import { type Recipe, trainClassifier } from './classifier';
import { banking77, brighter, clinc150, credsystem, goemotions } from './data';
import { tokensOf } from './dialect';
import { scoresOf } from './intents';
import sentences from './languages.json';
import { random } from './svm';

const letters: Record<string, string[]> = {
  ا: ['a', 'a', 'e'],
  ب: ['b'],
  ت: ['t'],
  ث: ['t', 'th'],
  ج: ['j', 'g'],
  ح: ['7', 'h', '7'],
  خ: ['kh', '5'],
  د: ['d'],
  ذ: ['d'],
  ر: ['r'],
  ز: ['z'],
  س: ['s'],
  ش: ['ch', 'sh'],
  ص: ['s'],
  ض: ['d'],
  ط: ['t'],
  ظ: ['d'],
  ع: ['3', '3', 'a'],
  غ: ['gh'],
  ف: ['f'],
  ق: ['9', 'q', 'k'],
  ك: ['k'],
  ل: ['l'],
  م: ['m'],
  ن: ['n'],
  ه: ['h', 'a', 'h'],
  و: ['o', 'w', 'ou'],
  ي: ['i', 'y'],
  ء: [''],
};

/** As people type Arabic on a Latin keyboard: short vowels now and then. */
export function inLatin(text: string, next: () => number): string {
  let out = '';
  for (const c of tokensOf(text).join(' ')) {
    const ways = letters[c];
    if (ways) {
      out += ways[Math.floor(next() * ways.length)]!;
      if (next() < 0.22 && !'اوي'.includes(c)) out += 'aei'[Math.floor(next() * 3)]!;
    } else if (c === ' ' || (c >= 'a' && c <= 'z')) out += c;
  }
  return out;
}

/** Short texts of a language's words in any order, so that twenty sentences go further. */
function shuffled(of: string[], n: number, next: () => number): string[] {
  const words = of.flatMap((s) => s.split(' '));
  return Array.from({ length: n }, () =>
    Array.from({ length: 2 + Math.floor(next() * 8) }, () => words[Math.floor(next() * words.length)]!).join(' '),
  );
}

const isLatin = (text: string) =>
  (text.match(/[a-z]/gi)?.length ?? 0) > (text.match(/\p{Script=Arabic}/gu)?.length ?? 0);
export const labels = ['en', 'pt', 'ar', 'other'];

export function languageRows(folder: string): { text: string; label: string }[] {
  const next = random(5);
  const every = <T>(rows: T[], n: number) => rows.filter((_, i) => i % Math.max(1, Math.floor(rows.length / n)) === 0);
  const of = (label: string, texts: string[]) => texts.filter((t) => t.trim() !== '').map((text) => ({ text, label }));
  const english = [
    ...every(banking77(folder), 1500).map((r) => r.text),
    ...every(clinc150(folder).train, 2000).map((r) => r.text),
    ...every(goemotions(folder, 'train'), 3000).map((r) => r.text),
    ...brighter(folder, 'eng', 'train').map((r) => r.text),
  ];
  const portuguese = [
    ...brighter(folder, 'ptbr', 'train').map((r) => r.text),
    ...brighter(folder, 'ptmz', 'train').map((r) => r.text),
    ...credsystem(folder).map((r) => r.text),
    ...sentences.pt,
    ...shuffled(sentences.pt, 500, next),
  ];
  const dialects = [...brighter(folder, 'ary', 'train'), ...brighter(folder, 'arq', 'train')].map((r) => r.text);
  const arabic = [
    ...dialects.filter(isLatin).flatMap((t) => [t, t.toLowerCase()]),
    ...dialects.filter((t) => !isLatin(t)).map((t) => inLatin(t, next)),
    ...sentences.ar,
    ...sentences.ar,
    ...shuffled(sentences.ar, 600, next),
  ];
  const plain = (t: string) => t.normalize('NFD').replace(/\p{M}/gu, '');
  const other = Object.values(sentences.other).flatMap((s) => [
    ...s,
    ...s.map(plain),
    ...shuffled(s, 14 * s.length, next),
  ]);
  const short = (rows: { text: string; label: string }[]) =>
    rows.flatMap((r) => {
      const words = r.text.split(/\s+/);
      const from = Math.floor(next() * Math.max(1, words.length - 4));
      return [r, { text: words.slice(from, from + 1 + Math.floor(next() * 5)).join(' '), label: r.label }];
    });
  return [
    ...of('en', [...english, ...sentences.en, ...shuffled(sentences.en, 300, next)]),
    ...of('pt', portuguese),
    ...of('ar', arabic),
    ...of('other', other),
  ].flatMap((r) => short([r]));
}

export function trainLanguage(folder: string, recipe: Partial<Recipe>): { parameters: Parameters; report: string } {
  const rows = languageRows(folder);
  const learn = (of: typeof rows, extra: NonNullable<Recipe['extra']>) => {
    const target = new Float32Array(of.length * labels.length);
    of.forEach((r, i) => {
      target[i * labels.length + labels.indexOf(r.label)] = 1;
    });
    return trainClassifier(
      of.map((r) => r.text),
      target,
      { ...recipe, name: 'language', labels, network: null, extra },
    );
  };
  const aside = rows.filter((_, i) => i % 20 >= 18);
  const truth = aside.map((r) => labels.indexOf(r.label));
  const scores = scoresOf(
    new Classifier(
      learn(
        rows.filter((_, i) => i % 20 < 18),
        {},
      ),
    ),
    aside.map((r) => r.text),
  );
  const slope = slopeOf(scores, truth, labels.length);
  const report = `language: accuracy ${accuracy(scores, truth, labels.length).toFixed(4)} on ${aside.length} texts and fragments of 1 to 5 words held out`;
  return { parameters: learn(rows, { slope }), report };
}
