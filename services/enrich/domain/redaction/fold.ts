/** Stands for characters that are not seen (marks of direction, zero-width joiners): numbers go on across them. */
export const invisible = '\u200b';

/** First code points of the runs of ten digits that people write in, ASCII aside: Arabic-Indic, Persian, Devanagari, full-width, … */
const zeros = [0x0660, 0x06f0, 0x07c0, 0x0966, 0x09e6, 0x0a66, 0x0ae6, 0x0be6, 0x0e50, 0xff10];

const single: Readonly<Record<string, string>> = {
  ...Object.fromEntries([...'\u2010\u2011\u2012\u2013\u2014\u2015\u2212\ufe58\ufe63\uff0d\u0640'].map((c) => [c, '-'])),
  ...Object.fromEntries([...'\u00a0\u1680\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t'].map((c) => [c, ' '])),
  ...Object.fromEntries([...'\u2000\u2001\u2002\u2003\u2004\u2005\u2006'].map((c) => [c, ' '])),
  ...Object.fromEntries([...'\u200b\u200c\u200d\u200e\u200f\u202a\u202b\u202c\u202d\u202e'].map((c) => [c, invisible])),
  ...Object.fromEntries([...'\u2060\u2066\u2067\u2068\u2069\ufeff\u00ad\u061c'].map((c) => [c, invisible])),
  ...Object.fromEntries([...'\u00b7\u2022\u2024\u06d4\u3002\uff61'].map((c) => [c, '.'])),
  '\ufe6b': '@',
  '\ufe62': '+',
};

/**
 * The text in the form that patterns are looked for in: digits of every script, full-width letters, dashes, dots and spaces as
 * ASCII. As long as the text, place for place, in UTF-16 units. (Also ـ, the Arabic tatweel, which serves as a dash.)
 */
export function fold(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII but the tab
  if (/^[\x00-\x08\x0a-\x7f]*$/.test(text)) return text;
  return text.replace(/[^\x20-\x7e\n\r]/g, foldedUnit).replace(/[\ud835][\udfce-\udfff]/g, mathematicalDigit);
}

const known = new Map<string, string>();

function foldedUnit(unit: string): string {
  let folded = known.get(unit);
  // At most 65,536 of them.
  if (folded === undefined) {
    folded = computed(unit);
    known.set(unit, folded);
  }
  return folded;
}

function computed(unit: string): string {
  const code = unit.charCodeAt(0);
  const zero = zeros.find((first) => code >= first && code <= first + 9);
  if (zero !== undefined) return String(code - zero);
  if (single[unit] !== undefined) return single[unit];
  // Full-width forms of ASCII.
  return code >= 0xff01 && code <= 0xff5e ? String.fromCharCode(code - 0xfee0) : unit;
}

/** Five styles of ten digits, as surrogate pairs: the first half is not seen. */
const mathematicalDigit = (pair: string): string => `${invisible}${(pair.charCodeAt(1) - 0xdfce) % 10}`;
