/** The rows a pack's model learns from: a set's labels, mapped where the pack says so, and the pack's own cues. */

import { outOfScope } from '../intent';
import type { PackData } from '../load';
import { arbanking77, banking77, clinc150, credsystem, type Labelled } from './data';

type Set = 'banking77' | 'clinc150' | 'credsystem_ura';

/** Rows under the pack's labels; those it leaves out are out of scope. */
export function mapped(pack: PackData, set: Set, rows: Labelled[]): Labelled[] {
  const to = new Map<string, string>();
  for (const [intent, { labels }] of Object.entries(pack.intents ?? {}))
    for (const label of labels?.[set] ?? []) to.set(label, intent);
  return rows.map(({ text, label }) => ({ text, label: to.get(label) ?? outOfScope }));
}

/** Every cue is a text too: `a|b` in each way, beginnings as they stand. */
export function cueRows(pack: PackData, language: string): Labelled[] {
  return Object.entries(pack.intents ?? {}).flatMap(([label, { cues }]) =>
    (cues?.[language] ?? []).flatMap((cue) => ways(cue.split(' ')).map((text) => ({ text, label }))),
  );
}

function ways(words: string[]): string[] {
  return words.reduce<string[]>(
    (all, word) => all.flatMap((a) => word.split('|').map((w) => `${a} ${w.replace('*', '')}`.trim())),
    [''],
  );
}

export function generalRows(pack: PackData, language: 'en' | 'pt' | 'ar', folder: string): Labelled[] {
  const cues = cueRows(pack, language);
  const twice = [...cues, ...cues];
  if (language === 'ar') {
    return [...mapped(pack, 'banking77', [...arbanking77(folder, 'train'), ...arbanking77(folder, 'val')]), ...twice];
  }
  if (language === 'pt') return [...mapped(pack, 'credsystem_ura', credsystem(folder)), ...twice];
  const clinc = clinc150(folder);
  return [
    ...mapped(pack, 'banking77', banking77(folder)),
    ...mapped(pack, 'clinc150', [...clinc.train, ...clinc.val, ...clinc.oos_train, ...clinc.oos_val]),
    ...twice,
  ];
}
