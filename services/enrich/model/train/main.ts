/**
 * `make train DATA=../shared/data/text [ONLY=banking77-en,language]` trains what is shipped, from the sets of that folder.
 * `make train DATA=labels.csv [NAME=custom] [DIRECTORY=folder]` trains a pack from a file of your own: columns `text`, `label`
 * and, if it has several languages, `language` (en, pt, ar). Then `predict -- --intents custom` and enrich know it.
 */
import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { outOfScope } from '../intent';
import { statedLanguage } from '../language';
import { defaultDirectory, packs } from '../load';
import { encode } from '../parameters';
import { trainIntents } from './intents';
import { recipes } from './recipes';
import { shareAlike, tasks } from './tasks';

const fewest = 20;

function main(): void {
  const { DATA = '', ONLY = '', NAME = 'custom', DIRECTORY } = process.env;
  const directory = DIRECTORY || defaultDirectory();
  if (DATA === '' || !existsSync(DATA))
    throw new Error(`DATA must be a folder with the sets or a CSV of texts and labels; '${DATA}' does not exist`);
  if (statSync(DATA).isFile()) trainOwn(DATA, NAME || 'custom', directory);
  else trainShipped(DATA, ONLY, directory);
}

function trainShipped(DATA: string, ONLY: string, directory: string): void {
  const chosen = ONLY ? ONLY.split(',') : Object.keys(tasks);
  for (const name of chosen) {
    const task = tasks[name];
    if (!task) throw new Error(`there is no model '${name}'; known: ${Object.keys(tasks).join(', ')}`);
    const started = Date.now();
    const { parameters, report } = task(DATA, join(directory, 'parameters'));
    save(directory, shareAlike.has(name) ? 'parameters-share-alike' : 'parameters', name, encode(parameters));
    console.log(
      `${report.join('\n')}\n  ${parameters.columns} n-grams, ${Math.round((Date.now() - started) / 1000)} s`,
    );
  }
}

function trainOwn(file: string, name: string, directory: string): void {
  if (!/^[a-z0-9_-]+$/.test(name) || (packs as readonly string[]).includes(name))
    throw new Error(`NAME=${name}: small letters, digits, - and _; not a pack that is shipped`);
  const records: Record<string, string>[] = parse(readFileSync(file, 'utf8'), {
    columns: true,
    bom: true,
    skip_empty_lines: true,
  });
  const byLanguage = new Map<string, { text: string; label: string }[]>();
  for (const { text, label, language } of records) {
    if (!text?.trim() || label === undefined) continue;
    const key = statedLanguage(language) ?? 'en';
    byLanguage.set(key, [...(byLanguage.get(key) ?? []), { text, label: label.trim() || outOfScope }]);
  }
  if (byLanguage.size === 0) throw new Error(`${file} needs the columns text and label`);
  for (const [language, rows] of byLanguage) {
    if (rows.length < fewest)
      throw new Error(`${file}: ${rows.length} texts in ${language}; ${fewest} or more are needed`);
    const { parameters, report } = trainIntents(`${name}-${language}`, {
      rows,
      recipe: { ...recipes.own, minimum: rows.length < 2000 ? 1 : 2 },
    });
    save(directory, 'parameters', `${name}-${language}`, encode(parameters));
    console.log(report);
  }
  mkdirSync(join(directory, 'packs'), { recursive: true });
  writeFileSync(
    join(directory, 'packs', `${name}.json`),
    `${JSON.stringify({ name, note: `Trained from ${records.length} texts of your own.` }, null, 2)}\n`,
  );
}

function save(directory: string, folder: string, name: string, bytes: Uint8Array): void {
  mkdirSync(join(directory, folder), { recursive: true });
  writeFileSync(join(directory, folder, `${name}.bin`), bytes);
  console.log(`${folder}/${name}.bin: ${(bytes.length / 1e6).toFixed(2)} MB`);
}

main();
