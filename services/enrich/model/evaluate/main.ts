/**
 * `make evaluate DATA=../shared/data/text [ONLY=banking77,brighter]`: trains without the texts it is then asked about, and prints
 * a table per set and language, a row as soon as it is known. The shipped parameters have seen the development splits; these have not.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDirectory, packs } from '../load';
import type { Row } from './intents';
import { sets } from './sets';
import { measureSpeed, textsOf15Words } from './speed';

const headings = [
  'set',
  'language',
  'how',
  'texts',
  'accuracy',
  'macro-F1',
  'calibration error',
  'floor accuracy',
  'floor macro-F1',
];
const widths = [12, 14, 34, 6, 9, 9, 18, 15, 15];

function main(): void {
  const { DATA = '', ONLY = '' } = process.env;
  if (DATA === '' || !existsSync(DATA))
    throw new Error(`DATA must be the folder with the sets (../shared/data/text); '${DATA}' does not exist`);
  const line = (cells: string[]) =>
    console.log(cells.map((c, i) => (i > 2 ? c.padStart(widths[i]!) : c.padEnd(widths[i]!))).join(' '));
  line(headings);
  const started = Date.now();
  /** What goes on, for people who wait; the table alone goes to standard output. */
  const tell = (text: string) => console.error(`${Math.round((Date.now() - started) / 1000)} s: ${text}`);
  for (const [name, measure] of Object.entries(sets)) {
    if (ONLY && !ONLY.split(',').includes(name)) continue;
    tell(`${name}: trains and asks`);
    for (const row of measure(DATA, join(defaultDirectory(), 'parameters'))) print(row, line);
  }
  if (!ONLY || ONLY.split(',').includes('speed')) printSpeed(DATA, tell);
  tell('done');
}

function printSpeed(folder: string, tell: (text: string) => void): void {
  const texts = textsOf15Words(folder);
  for (const pack of packs) {
    tell(`speed of ${pack}`);
    const { loadMs, perSecond } = measureSpeed(pack, texts);
    const each = Object.entries(perSecond).map(([language, n]) => `${language} ${n}`);
    console.log(
      `speed, ${pack}: texts of 15 words a second of processor time: ${each.join(', ')}; loaded in ${Math.round(loadMs)} ms of it`,
    );
  }
}

function print(row: Row, line: (cells: string[]) => void): void {
  const figure = (v: number) => (Number.isNaN(v) ? '-' : v.toFixed(3));
  const { set, language, how, texts } = row;
  line([
    set,
    language,
    how,
    String(texts),
    ...[row.accuracy, row.macroF1, row.calibrationError, row.floorAccuracy, row.floorMacroF1].map(figure),
  ]);
  if (row.note) console.log(`${' '.repeat(widths[0]! + widths[1]! + 2)}${row.note}`);
}

main();
