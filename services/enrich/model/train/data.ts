/** Reads the sets of `../shared/data/text` (their layouts are in its README) as rows of text and label. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';

export interface Labelled {
  text: string;
  label: string;
}

const records = (file: string, options: object = {}): Record<string, string>[] =>
  parse(readFileSync(file, 'utf8'), {
    columns: true,
    bom: true,
    relax_column_count: true,
    relax_quotes: true,
    ...options,
  });

export const banking77 = (folder: string): Labelled[] =>
  records(join(folder, 'banking77', 'train.csv')).map((r) => ({ text: r.text!, label: r.category! }));

/** Labels as in banking77. Rows of the file are MSA first, then Palestinian. */
export function arbanking77(folder: string, split: 'train' | 'val'): Labelled[] {
  const plain = (s: string) => s.trim().toLowerCase().replaceAll('_', ' ');
  const english = new Map(
    (JSON.parse(readFileSync(join(folder, 'banking77', 'categories.json'), 'utf8')) as string[]).map((c) => [
      plain(c),
      c,
    ]),
  );
  const labels = new Map(
    records(join(folder, 'arbanking77', 'Banking77_intents.csv')).map((r) => [
      r.label_ar!.trim(),
      english.get(plain(r.label_en!))!,
    ]),
  );
  return records(join(folder, 'arbanking77', `Banking77_Arabized_MSA_PAL_${split}.csv`)).map((r) => ({
    text: r.text!,
    label: labels.get(r.label!.trim()) ?? `?${r.label}`,
  }));
}

export function clinc150(folder: string): Record<'train' | 'val' | 'oos_train' | 'oos_val', Labelled[]> {
  const all = JSON.parse(readFileSync(join(folder, 'clinc150', 'data_train_val.json'), 'utf8')) as Record<
    string,
    [string, string][]
  >;
  const rows = (name: string) => all[name]!.map(([text, label]) => ({ text, label }));
  return { train: rows('train'), val: rows('val'), oos_train: rows('oos_train'), oos_val: rows('oos_val') };
}

export const credsystem = (folder: string): Labelled[] =>
  records(join(folder, 'credsystem_ura', 'intents_pre_loaded.csv'), { delimiter: ';' }).map((r) => ({
    text: r.intent!,
    label: r.service_name!,
  }));

export const emotions = ['anger', 'disgust', 'fear', 'joy', 'sadness', 'surprise'] as const;

export interface Felt {
  text: string;
  /** 1 or 0 for each of `emotions`; -1 where the set has no such column. */
  felt: number[];
}

export const brighter = (folder: string, language: string, split: 'train' | 'dev'): Felt[] =>
  records(join(folder, 'brighter', split, `${language}.csv`)).map((r) => ({
    text: r.text!,
    felt: emotions.map((e) => (r[e] === undefined ? -1 : Number(r[e]))),
  }));

/** Labels are indexes into labels.txt (`original`: labels_original.txt). */
export function goemotions(
  folder: string,
  split: 'train' | 'dev',
  original = false,
): { text: string; labels: number[] }[] {
  const file = join(folder, 'goemotions', `${split}${original ? '_original' : ''}.tsv`);
  return readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => {
      const [text, labels] = line.split('\t');
      return { text: text!, labels: labels!.split(',').map(Number) };
    });
}

export const arsarcasm = (folder: string) =>
  records(join(folder, 'ar_arsarcasm2', 'training_data.csv')).map((r) => ({
    text: r.tweet!.replace(/^"+|"+$/g, ''),
    sentiment: r.sentiment!,
    sarcasm: r.sarcasm === 'TRUE',
  }));
