/** Texts written for this project (`phrases.json`): other ways to say what a set's labels mean, for words that its own texts lack. */
import type { Labelled } from './data';
import phrases from './phrases.json';
import { random } from './svm';

/** How many texts are made of a pattern at most: all ways would drown the set's own texts. */
const ways = 8;

/** The same texts each time. A pattern's words are `a|b`, one or the other, with `_` for a space; `;` ends it. */
export function phrasesOf(set: 'clinc150'): Labelled[] {
  const next = random(5);
  const said = (word: string) => {
    const choices = word.split('|');
    return choices[Math.floor(next() * choices.length)]!.replaceAll('_', ' ');
  };
  return Object.entries(phrases[set]).flatMap(([label, patterns]) =>
    patterns.split(';').flatMap((pattern) => {
      const words = pattern.trim().split(' ');
      const texts = Array.from({ length: ways }, () => words.map(said).join(' '));
      return [...new Set(texts)].map((text) => ({ text, label }));
    }),
  );
}
