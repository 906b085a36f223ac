/**
 * `make evaluate DATA=../shared/data/text [ONLY=banking77,brighter]`: trains without the texts it is then asked about, and prints
 * a table per set and language. The shipped parameters have seen the development splits; these have not.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { defaultDirectory, packs } from '../load';
import type { Row } from './intents';
import { sets } from './sets';
import { measureSpeed } from './speed';

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
  for (const [name, measure] of Object.entries(sets)) {
    if (ONLY && !ONLY.split(',').includes(name)) continue;
    for (const row of measure(DATA, join(defaultDirectory(), 'parameters'))) print(row, line);
  }
  if (ONLY && !ONLY.split(',').includes('speed')) return;
  for (const pack of packs) {
    const [all, ...each] = measureSpeed(pack);
    const languages = each.map((s) => `${s.language} ${s.textsPerSecond}`).join(', ');
    console.log(
      `speed, ${pack}: ${all!.textsPerSecond} texts of 15 words a second and core (${languages}); loaded in ${Math.round(all!.loadMs)} ms`,
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
