/** Every model that is shipped, by the name of its file: what it learns from and how. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Classifier } from '../classifier';
import { outOfScope } from '../intent';
import { Lexicon } from '../lexicon';
import { defaultDirectory, type PackData } from '../load';
import { decode, type Parameters } from '../parameters';
import { Glossary } from '../words';
import { commentBase, sentimentBase } from './base';
import { arbanking77, banking77, brighter, clinc150, goemotions, type Labelled } from './data';
import { dialects, sayIn } from './dialect';
import { type EmotionTask, trainEmotions } from './emotions';
import { trainIntents } from './intents';
import { trainLanguage } from './language';
import { generalRows } from './packs';
import { phrasesOf } from './phrases';
import { recipes } from './recipes';
import { random } from './svm';

export interface Made {
  parameters: Parameters;
  report: string[];
}

const one = ({ parameters, report }: { parameters: Parameters; report: string }): Made => ({
  parameters,
  report: [report],
});
const json = <T>(...path: string[]) => JSON.parse(readFileSync(join(defaultDirectory(), ...path), 'utf8')) as T;
const pack = (name: string) => json<PackData>('packs', `${name}.json`);

/** Trained on share-alike data: their parameters are under CC BY-SA 4.0, in a folder of their own. */
export const shareAlike = new Set(['banking77-ar', 'general-ar']);

/** Arabic texts said again, each in one dialect by chance. */
export function inDialects(rows: Labelled[]): Labelled[] {
  const next = random(3);
  return rows.map(({ text, label }) => ({
    text: sayIn(dialects[Math.floor(next() * dialects.length)]!, text, next),
    label,
  }));
}

/** Questions and remarks that no pack is about, from comments. */
export const remarks = (folder: string, n: number): Labelled[] =>
  goemotions(folder, 'train')
    .filter((r) => r.labels.length === 1 && r.labels[0] === 4 && r.text.length < 90)
    .slice(0, n)
    .map(({ text }) => ({ text, label: outOfScope }));

const base = (folder: string, name: string, lexicon: Lexicon) =>
  new Classifier(decode(readFileSync(join(folder, `${name}.bin`))), lexicon);

/** `parameters`: where models already made are, for those that build on them. */
export const tasks: Record<string, (folder: string, parameters: string) => Made> = {
  language: (folder) => one(trainLanguage(folder, recipes.language)),
  'banking77-en': (folder) => one(trainIntents('banking77-en', { rows: banking77(folder), recipe: recipes.english })),
  'banking77-ar': (folder) =>
    one(
      trainIntents('banking77-ar', {
        rows: arbanking77(folder, 'train'),
        held: arbanking77(folder, 'val'),
        more: inDialects,
        recipe: recipes.arabic,
      }),
    ),
  'clinc150-en': (folder) => {
    const set = clinc150(folder);
    const away = [...set.oos_train, ...set.oos_train, ...set.oos_train].map(({ text }) => ({
      text,
      label: outOfScope,
    }));
    return one(
      trainIntents('clinc150-en', {
        rows: [...set.train, ...away, ...remarks(folder, 600), ...phrasesOf('clinc150')],
        held: [...set.val, ...set.oos_val.map(({ text }) => ({ text, label: outOfScope }))],
        recipe: recipes.clinc150,
      }),
    );
  },
  'general-en': (folder) =>
    one(
      trainIntents('general-en', {
        rows: [...generalRows(pack('general'), 'en', folder), ...remarks(folder, 2000)],
        recipe: recipes.general,
        threshold: 0.4,
      }),
    ),
  'general-ar': (folder) =>
    one(
      trainIntents('general-ar', {
        rows: generalRows(pack('general'), 'ar', folder).filter((_, i) => i % 2 === 0),
        once: true,
        more: inDialects,
        recipe: recipes.general,
        threshold: 0.4,
      }),
    ),
  'emotion-base-en': (folder) => one(commentBase(folder, recipes.commentBase)),
  'emotion-base-ar': (folder) => one(sentimentBase(folder, recipes.sentimentBase)),
  'emotion-en': (folder, parameters) => trainEmotions(emotionTasks['emotion-en'](folder, parameters)),
  'emotion-pt': (folder, parameters) => trainEmotions(emotionTasks['emotion-pt'](folder, parameters)),
  'emotion-ar': (folder, parameters) => trainEmotions(emotionTasks['emotion-ar'](folder, parameters)),
};

/** What customers write is told as comments, not as stories. */
const comments = (folder: string): string[] => [
  ...goemotions(folder, 'train')
    .filter((_, i) => i % 5 === 0)
    .map((r) => r.text),
  ...banking77(folder)
    .filter((_, i) => i % 10 === 0)
    .map((r) => r.text),
  ...clinc150(folder)
    .train.filter((_, i) => i % 15 === 0)
    .map((r) => r.text),
];

export const emotionTasks = {
  'emotion-en': (folder: string, parameters: string) =>
    emotionTask('emotion-en', folder, { story: ['eng'] }, [['emotion-base-en', false]], parameters, undefined, {
      comment: comments(folder),
    }),
  'emotion-pt': (folder: string, parameters: string) =>
    emotionTask(
      'emotion-pt',
      folder,
      { ptbr: ['ptbr'], ptmz: ['ptmz'] },
      [['emotion-base-en', true]],
      parameters,
      'pt',
    ),
  'emotion-ar': (folder: string, parameters: string) =>
    emotionTask(
      'emotion-ar',
      folder,
      { arq: ['arq'], ary: ['ary'] },
      [
        ['emotion-base-en', true],
        ['emotion-base-ar', false],
      ],
      parameters,
      'ar',
    ),
};

function emotionTask(
  name: string,
  folder: string,
  registers: Record<string, string[]>,
  bases: [name: string, glossed: boolean][],
  parameters: string,
  glossary?: string,
  gates: Record<string, string[]> = {},
): EmotionTask {
  const lexicon = new Lexicon();
  const told = Object.entries(registers).map(
    ([r, sets]) => [r, sets.flatMap((s) => [...brighter(folder, s, 'train'), ...brighter(folder, s, 'dev')])] as const,
  );
  return {
    name,
    registers: Object.fromEntries(told),
    gates,
    baseNames: bases.map(([b]) => b),
    bases: {
      bases: bases.map(([b, glossed]) => ({ model: base(parameters, b, lexicon), glossed })),
      ...(glossary ? { glossary: new Glossary(json(`words.${glossary}.json`)) } : {}),
    },
    recipe: recipes.emotion,
  };
}
