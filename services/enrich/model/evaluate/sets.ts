/** What is measured, by set. Held out: every fifth text, or the set's own development split. */
import { outOfScope } from '../intent';
import type { PackData } from '../load';
import { loadTextReader } from '../load';
import general from '../packs/general.json';
import { commentBase, sentimentBase } from '../train/base';
import { macroF1 } from '../train/calibrate';
import { arbanking77, banking77, brighter, clinc150, credsystem, type Labelled } from '../train/data';
import { trainEmotions } from '../train/emotions';
import { mapped } from '../train/packs';
import { phrasesOf } from '../train/phrases';
import { recipes } from '../train/recipes';
import { emotionTasks, inDialects, remarks } from '../train/tasks';
import { floorRecipe, measureIntents, type Row } from './intents';

/** MSA comes first in the files of ArBanking77. */
const msa = { train: 10_733, val: 1230 };
const held = '1 in 5 held out';
const dev = 'development split';
const cross = '4-fold cross-validation';

const fifth = (rows: Labelled[]) => ({
  train: rows.filter((_, i) => i % 5 !== 4),
  test: rows.filter((_, i) => i % 5 === 4),
});

/** Without the rows whose words are a test text's: short ones are whatever one writes down ("what time is it"). */
function unlike(test: Labelled[], rows: Labelled[]): Labelled[] {
  const plain = ({ text }: Labelled) => text.toLowerCase().replace(/[^a-z0-9 ]/g, '');
  const asked = new Set(test.map(plain));
  return rows.filter((r) => !asked.has(plain(r)));
}

const felt = (
  set: string,
  language: string,
  how: string,
  texts: number,
  macro: number,
  error: number,
  floor: number,
): Row => ({
  set,
  language,
  how,
  texts,
  accuracy: Number.NaN,
  macroF1: macro,
  calibrationError: error,
  floorAccuracy: Number.NaN,
  floorMacroF1: floor,
});

const spoken: Record<string, string> = {
  story: 'en',
  ptbr: 'pt-BR',
  ptmz: 'pt-MZ',
  arq: 'ar (Algeria)',
  ary: 'ar (Morocco)',
};

export const sets: Record<string, (folder: string, parameters: string) => Iterable<Row>> = {
  *banking77(folder) {
    yield measureIntents({
      set: 'banking77',
      language: 'en',
      how: held,
      ...fifth(banking77(folder)),
      more: [],
      recipe: recipes.english,
    });
  },
  *arbanking77(folder) {
    const train = arbanking77(folder, 'train');
    const test = arbanking77(folder, 'val');
    const ask = { set: 'arbanking77', train, more: inDialects(train), recipe: recipes.arabic };
    yield measureIntents({ ...ask, language: 'ar (MSA)', how: dev, test: test.slice(0, msa.val) });
    yield measureIntents({ ...ask, language: 'ar (Palest.)', how: dev, test: test.slice(msa.val) });
    // The nearest that the data allows to a dialect unseen in training.
    const standard = train.slice(0, msa.train);
    yield measureIntents({
      ...ask,
      train: standard,
      more: inDialects(standard),
      language: 'ar (Palest.)',
      how: 'trained without Palestinian',
      test: test.slice(msa.val),
    });
  },
  *clinc150(folder) {
    const set = clinc150(folder);
    const away = (rows: Labelled[]) => rows.map(({ text }) => ({ text, label: outOfScope }));
    const test = [...set.val, ...away(set.oos_val)];
    yield measureIntents({
      set: 'clinc150',
      language: 'en',
      how: dev,
      train: [...set.train, ...away(set.oos_train)],
      more: [
        ...away(set.oos_train),
        ...away(set.oos_train),
        ...remarks(folder, 600),
        ...unlike(test, phrasesOf('clinc150')),
      ],
      test,
      recipe: recipes.clinc150,
    });
  },
  *general(folder) {
    // Never trained on: read with Portuguese said in English word by word, and with cues.
    const reader = loadTextReader({ pack: 'general', shareAlike: false });
    const rows = mapped(general as PackData, 'credsystem_ura', credsystem(folder)).filter(
      (r) => r.label !== outOfScope,
    );
    const said = rows.map((r) => reader.read(r.text, 'pt').intent);
    const labels = [...new Set(rows.map((r) => r.label))];
    const right = said.filter((s, i) => s.label === rows[i]!.label).length / rows.length;
    yield {
      set: 'credsystem',
      language: 'pt-BR',
      how: 'pack general, not trained on it',
      texts: rows.length,
      accuracy: right,
      macroF1: macroF1(
        said.map((s) => labels.indexOf(s.label ?? '')),
        rows.map((r) => labels.indexOf(r.label)),
        labels.length,
      ),
      calibrationError: Number.NaN,
      floorAccuracy: Number.NaN,
      floorMacroF1: Number.NaN,
    };
  },
  *goemotions(folder) {
    const ours = commentBase(folder, recipes.commentBase);
    const floor = commentBase(folder, { ...floorRecipe, cost: 0.1, minimum: 2 });
    yield felt('goemotions', 'en', dev, ours.texts, ours.macroF1, ours.calibrationError, floor.macroF1);
  },
  *arsarcasm(folder) {
    // Linear itself: it is its own floor.
    const ours = sentimentBase(folder, recipes.sentimentBase);
    yield felt('arsarcasm2', 'ar', '1 in 10 held out', ours.texts, ours.macroF1, ours.calibrationError, Number.NaN);
  },
  *brighter(folder, parameters) {
    for (const make of Object.values(emotionTasks)) {
      const task = make(folder, parameters);
      const ours = trainEmotions(task, false).measured;
      const floor = trainEmotions(
        { ...task, gates: {}, bases: { bases: [] }, baseNames: [], recipe: { ...floorRecipe, cost: 0.15 } },
        false,
      ).measured;
      for (const [register, m] of Object.entries(ours)) {
        yield felt(
          'brighter',
          spoken[register] ?? register,
          cross,
          m.texts,
          m.macroF1,
          m.calibrationError,
          floor[register]!.macroF1,
        );
      }
    }
  },
  *language(folder) {
    const reader = loadTextReader({ pack: 'clinc150', shareAlike: false });
    const ask = (language: string, set: string, texts: string[]): Row => {
      const right = texts.filter((t) => reader.read(t).language.label === language.slice(0, 2)).length / texts.length;
      return {
        set,
        language,
        how: `${dev}, shipped parameters`,
        texts: texts.length,
        accuracy: right,
        macroF1: Number.NaN,
        calibrationError: Number.NaN,
        floorAccuracy: Number.NaN,
        floorMacroF1: Number.NaN,
      };
    };
    const of = (name: string) => brighter(folder, name, 'dev').map((r) => r.text);
    yield ask(
      'en',
      'clinc150',
      clinc150(folder).val.map((r) => r.text),
    );
    yield ask('en', 'brighter', of('eng'));
    yield ask('pt', 'brighter', [...of('ptbr'), ...of('ptmz')]);
    yield ask('ar', 'brighter', of('arq'));
    yield ask(
      'ar',
      'brighter',
      of('ary').filter((t) => /\p{Script=Arabic}/u.test(t)),
    );
    yield ask(
      'ar (Latin)',
      'brighter',
      of('ary').filter((t) => !/\p{Script=Arabic}/u.test(t)),
    );
  },
};
