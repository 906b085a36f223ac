/** Every model that is shipped, by the name of its file: what it learns from and how. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Classifier } from '../classifier';
import { outOfScope } from '../intent';
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

const network = { hidden: 96, epochs: 10, rate: 0.004, dropout: 0.4, inputDropout: 0.3, batch: 64 };

/** Questions and remarks that no pack is about, from comments. */
const remarks = (folder: string, n: number): Labelled[] =>
  goemotions(folder, 'train')
    .filter((r) => r.labels.length === 1 && r.labels[0] === 4 && r.text.length < 90)
    .slice(0, n)
    .map(({ text }) => ({ text, label: outOfScope }));

const base = (folder: string, name: string) => new Classifier(decode(readFileSync(join(folder, `${name}.bin`))));

/** `parameters`: where models already made are, for those that build on them. */
export const tasks: Record<string, (folder: string, parameters: string) => Made> = {
  language: (folder) => one(trainLanguage(folder, { cost: 0.3, slope: 3, minimum: 3, most: 30_000, levels: 31 })),
  'banking77-en': (folder) =>
    one(trainIntents('banking77-en', { rows: banking77(folder), recipe: { network, levels: 10 } })),
  'banking77-ar': (folder) =>
    one(
      trainIntents('banking77-ar', {
        rows: arbanking77(folder, 'train'),
        held: arbanking77(folder, 'val'),
        more: inDialects,
        recipe: { network: { ...network, epochs: 7 }, minimum: 3, levels: 7 },
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
        rows: [...set.train, ...away, ...remarks(folder, 600)],
        held: [...set.val, ...set.oos_val.map(({ text }) => ({ text, label: outOfScope }))],
        recipe: { network, levels: 7 },
      }),
    );
  },
  'general-en': (folder) =>
    one(
      trainIntents('general-en', {
        rows: [...generalRows(pack('general'), 'en', folder), ...remarks(folder, 2000)],
        recipe: { network: null, slope: 3, cost: 0.3, most: 30_000, levels: 15 },
      }),
    ),
  'general-ar': (folder) =>
    one(
      trainIntents('general-ar', {
        rows: generalRows(pack('general'), 'ar', folder),
        more: inDialects,
        recipe: { network: null, slope: 3, cost: 0.3, minimum: 3, most: 30_000, levels: 15 },
      }),
    ),
  'emotion-base-en': (folder) =>
    one(
      commentBase(folder, {
        network: { hidden: 64, epochs: 5, rate: 0.003, dropout: 0.3, inputDropout: 0.3, batch: 64 },
        cost: 0.1,
        slope: 2,
        minimum: 4,
        levels: 7,
      }),
    ),
  'emotion-base-ar': (folder) =>
    one(sentimentBase(folder, { network: null, cost: 0.2, slope: 2, minimum: 3, levels: 15 })),
  'emotion-en': (folder, parameters) =>
    trainEmotions(
      emotionTask('emotion-en', folder, { story: ['eng'] }, [['emotion-base-en', false]], parameters, undefined, {
        comment: [
          ...goemotions(folder, 'train')
            .filter((_, i) => i % 12 === 0)
            .map((r) => r.text),
          ...banking77(folder)
            .filter((_, i) => i % 10 === 0)
            .map((r) => r.text),
          ...clinc150(folder)
            .train.filter((_, i) => i % 15 === 0)
            .map((r) => r.text),
        ],
      }),
    ),
  'emotion-pt': (folder, parameters) =>
    trainEmotions(
      emotionTask(
        'emotion-pt',
        folder,
        { ptbr: ['ptbr'], ptmz: ['ptmz'] },
        [['emotion-base-en', true]],
        parameters,
        'pt',
      ),
    ),
  'emotion-ar': (folder, parameters) =>
    trainEmotions(
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
  const told = Object.entries(registers).map(
    ([r, sets]) => [r, sets.flatMap((s) => [...brighter(folder, s, 'train'), ...brighter(folder, s, 'dev')])] as const,
  );
  return {
    name,
    registers: Object.fromEntries(told),
    gates,
    baseNames: bases.map(([b]) => b),
    bases: {
      bases: bases.map(([b, glossed]) => ({ model: base(parameters, b), glossed })),
      ...(glossary ? { glossary: new Glossary(json(`words.${glossary}.json`)) } : {}),
    },
    recipe: { network: null, cost: 0.15, slope: 2, minimum: 2, levels: 15 },
  };
}
