/**
 * The language of a text: by script first, in Latin script by trained n-grams. Arabic in Latin script counts as Arabic.
 */
import type { Reading } from '../domain/text-reading';
import type { Classifier } from './classifier';
import type { Features } from './features';

export const languages = ['en', 'pt', 'ar', 'other'] as const;
export type Language = (typeof languages)[number];

/** Only this much is looked at for the script. */
const looked = 1000;
/** Letters of Persian and Urdu that Arabic writers do not use, keyboards of Morocco included. */
const otherArabicScript = 'یکےۓٹڈڑںھہژۆەێ';
const unknownUnder = 0.5;

const scripts = { none: 0, latin: 1, arabic: 2, foreign: 3, other: 4 } as const;
/** Which script a unit is of: a table, as texts of all of them come by turns and jumps between them would be guessed wrong. */
const scriptOf = (() => {
  const table = new Uint8Array(0x10000);
  const range = (from: number, to: number, script: number) => table.fill(script, from, to);
  range(0x41, 0x5b, scripts.latin);
  range(0x61, 0x7b, scripts.latin);
  range(0xc0, 0x250, scripts.latin);
  for (const sign of [0xd7, 0xf7]) table[sign] = scripts.none;
  range(0x370, 0x1e00, scripts.other);
  range(0x620, 0x700, scripts.arabic);
  range(0x660, 0x66a, scripts.none);
  for (const c of otherArabicScript) table[c.charCodeAt(0)] = scripts.foreign;
  range(0x1e00, 0x1f00, scripts.latin);
  range(0x3040, 0xd7b0, scripts.other);
  range(0xfb50, 0xfeff, scripts.arabic);
  return table;
})();

/** How many letters are Latin, Arabic and of any other script; `foreign`: letters that make Arabic script not Arabic. */
export function scriptsOf(text: string): { latin: number; arabic: number; other: number; foreign: number } {
  const counts = [0, 0, 0, 0, 0];
  const end = Math.min(text.length, looked);
  for (let i = 0; i < end; i++) counts[scriptOf[text.charCodeAt(i)]!]!++;
  const foreign = counts[scripts.foreign]!;
  return {
    latin: counts[scripts.latin]!,
    arabic: counts[scripts.arabic]! + foreign,
    other: counts[scripts.other]!,
    foreign,
  };
}

/** `label` null: no letters at all, or too unlike everything known. */
export function languageOf(text: string, features: Features, model: Classifier | null): Reading {
  const { latin, arabic, other, foreign } = scriptsOf(text);
  const letters = latin + arabic + other;
  if (letters === 0) return { label: null, confidence: 0 };
  if (other >= latin && other >= arabic) return { label: 'other', confidence: other / letters };
  if (arabic >= latin || (arabic > 8 && arabic * 3 >= latin)) {
    if (foreign >= 2 && foreign * 12 >= arabic) return { label: 'other', confidence: 0.9 };
    return { label: 'ar', confidence: arabic / letters < 0.9 ? 0.9 : 0.99 };
  }
  if (!model) return { label: null, confidence: 0 };
  const scores = model.run(features);
  if (model.known === 0) return { label: null, confidence: 0 };
  let best = 0;
  let sum = 0;
  for (let k = 1; k < scores.length; k++) if (scores[k]! > scores[best]!) best = k;
  for (let k = 0; k < scores.length; k++)
    sum += Math.exp((scores[k]! - scores[best]!) * Number(model.extra.slope ?? 1));
  const confidence = 1 / sum;
  return { label: confidence >= unknownUnder ? model.labels[best]! : null, confidence };
}

/** What a source states (`pt-BR`, `AR_ma`, `English`) as one of ours; null when it says nothing. */
export function statedLanguage(stated: string | null | undefined): Language | null {
  if (!stated) return null;
  const code = stated.trim().toLowerCase().slice(0, 16);
  const primary = code.split(/[-_]/)[0]!;
  const known: Record<string, Language> = {
    en: 'en',
    eng: 'en',
    english: 'en',
    pt: 'pt',
    por: 'pt',
    ptbr: 'pt',
    ptmz: 'pt',
    portuguese: 'pt',
    ar: 'ar',
    ara: 'ar',
    arb: 'ar',
    ary: 'ar',
    arq: 'ar',
    arz: 'ar',
    aeb: 'ar',
    apc: 'ar',
    ajp: 'ar',
    ars: 'ar',
    arabic: 'ar',
  };
  if (primary === '' || primary === 'und' || primary === 'mul' || primary === 'unknown') return null;
  return known[primary] ?? 'other';
}
