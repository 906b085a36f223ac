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
const otherArabicScript = new Set([...'یکےۓٹڈڑںھہژۆەێ'].map((c) => c.charCodeAt(0)));
const unknownUnder = 0.5;

/** Share of the letters in Latin, in Arabic and in any other script; `foreign`: letters that make Arabic script not Arabic. */
export function scriptsOf(text: string): { latin: number; arabic: number; other: number; foreign: number } {
  let [latin, arabic, other, foreign] = [0, 0, 0, 0];
  const end = Math.min(text.length, looked);
  for (let i = 0; i < end; i++) {
    const c = text.charCodeAt(i);
    if (c < 0x250) {
      if ((c | 32) >= 97 && (c | 32) <= 122 && c < 128) latin++;
      else if (c >= 0xc0 && c !== 0xd7 && c !== 0xf7) latin++;
    } else if (c >= 0x620 && c <= 0x6ff) {
      if (c >= 0x660 && c <= 0x669) continue;
      arabic++;
      if (otherArabicScript.has(c)) foreign++;
    } else if (c >= 0x370 && c < 0x2000 && !(c >= 0x1e00 && c < 0x2000)) other++;
    else if (c >= 0x1e00 && c < 0x1f00) latin++;
    else if (c >= 0x3040 && c < 0xd7b0) other++;
    else if (c >= 0xfb50 && c < 0xfeff) arabic++;
  }
  return { latin, arabic, other, foreign };
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
