/**
 * A text as code units that features are made of: lower case, accents and Arabic vowel signs gone, letters that Arabic
 * writers interchange made one, elongation shortened, one space between tokens and around the whole.
 *
 * Signs that carry feeling stay as tokens of one or two units: `!`, `?` (twice when repeated), emoji, and emoticons, links,
 * mentions, elongation and shouting as marks of the private-use area.
 */

/** Only so much of a text is read (UTF-16 units): what a person wants stands early, and time must be bounded. */
export const longestText = 4000;
const capacity = longestText * 4 + 16;

export const marks = {
  smile: 0xe001,
  frown: 0xe002,
  wink: 0xe003,
  heart: 0xe004,
  elongated: 0xe010,
  link: 0xe011,
  mention: 0xe012,
  shouted: 0xe013,
} as const;

const space = 32;
const isUpper = (c: number) => c >= 65 && c <= 90;
const isLower = (c: number) => c >= 97 && c <= 122;
const isDigit = (c: number) => c >= 48 && c <= 57;

/** What each unit becomes after decomposition: 0 nothing, 32 a space, else the unit that stands for it. */
const folded = (() => {
  const table = new Uint16Array(0x10000).fill(space);
  const every = new Uint16Array(table.length);
  for (let c = 0; c < every.length; c++) every[c] = c;
  // Looked through as a whole: an expression asked for each unit took longer than to unpack the largest model.
  const all = Buffer.from(every.buffer).toString('utf16le');
  const runs = (kind: RegExp, become: (from: number, to: number) => void) => {
    for (const { 0: units, index } of all.matchAll(kind)) become(index, index + units.length);
  };
  runs(/\p{L}+/gu, (from, to) => table.set(every.subarray(from, to), from));
  runs(/[\p{Lu}\p{Lt}]+/gu, (from, to) => {
    for (let c = from; c < to; c++) {
      const lower = String.fromCharCode(c).toLowerCase();
      if (lower.length === 1) table[c] = lower.charCodeAt(0);
    }
  });
  runs(/\p{Nd}+/gu, (from, to) => table.fill(48, from, to));
  runs(/[\p{M}\u0640\u200b-\u200f\u2060\ufeff]+/gu, (from, to) => table.fill(0, from, to));
  const same = (from: string, to: string) => {
    for (const [i, c] of [...from].entries()) table[c.charCodeAt(0)] = [...to][i]!.charCodeAt(0);
  };
  same('ىةٱیکڭگڤپچؤئ', 'يهايكككفبجوي');
  same("'’`´", '\0\0\0\0');
  for (let c = 48; c <= 57; c++) table[c] = c;
  for (let c = 0; c <= 9; c++) {
    table[0x660 + c] = 48 + c;
    table[0x6f0 + c] = 48 + c;
  }
  return table;
})();

/** How a unit is dealt with: most stand for themselves, once folded, and nothing else has to be asked. */
const kinds = { plain: 0, lower: 1, lowerOrLink: 2, space: 3, other: 4 } as const;
/** Only of Latin and Arabic letters: to look at all units would take longer at start than it saves. */
const kindOf = (() => {
  const table = new Uint8Array(0x10000).fill(kinds.other);
  for (let c = 0; c < 0x700; c++) {
    const unit = folded[c]!;
    if (isLower(c)) table[c] = c === 104 || c === 119 ? kinds.lowerOrLink : kinds.lower;
    else if (unit !== 0 && unit !== space && !isDigit(unit) && !isUpper(c)) table[c] = kinds.plain;
  }
  table[space] = kinds.space;
  return table;
})();

function emoticon(text: string, at: number): [mark: number, units: number] | null {
  const eyes = text.charCodeAt(at);
  if (eyes === 60) return text.charCodeAt(at + 1) === 51 ? [marks.heart, 2] : null;
  if (eyes !== 58 && eyes !== 59 && eyes !== 61) return null;
  let n = 1;
  const nose = text.charCodeAt(at + n);
  if (nose === 45 || nose === 39) n++;
  const mouth = text[at + n];
  if (mouth === ')' || mouth === 'D' || mouth === ']') return [eyes === 59 ? marks.wink : marks.smile, n + 1];
  if (mouth === '(' || mouth === '[' || mouth === '/')
    return eyes === 59 || text[at + n + 1] === '/' ? null : [marks.frown, n + 1];
  return null;
}

/** Writes a token of one unit behind the first `n`, and the spaces around it; gives where they end. */
function addToken(out: Uint16Array, n: number, unit: number): number {
  let end = n;
  if (out[end - 1] !== space) out[end++] = space;
  out[end++] = unit;
  out[end++] = space;
  return end;
}

export class Normaliser {
  /** The units of the last text; the first `length` count. */
  readonly units = new Uint16Array(capacity);
  length = 0;

  /** Fills `units` and gives their number. A text without a token gives 1 (a single space). */
  run(original: string): number {
    let text = original.length > longestText ? original.slice(0, longestText) : original;
    if (!/^[\0-\x7f]*$/.test(text)) text = text.normalize('NFKD');
    if (text.length > longestText * 2) text = text.slice(0, longestText * 2);
    const out = this.units;
    let n = 0;
    out[n++] = space;
    let upper = 0;
    let lower = 0;
    let run = 0;
    let last = 0;
    let elongated = false;
    for (let i = 0; i < text.length; i++) {
      const c = text.charCodeAt(i);
      const kind = kindOf[c]!;
      if (kind === kinds.space) {
        if (out[n - 1] !== space) out[n++] = space;
        last = 0;
        continue;
      }
      if (kind <= kinds.lower || (kind === kinds.lowerOrLink && out[n - 1] !== space)) {
        if (kind !== kinds.plain) lower++;
        const unit = folded[c]!;
        run = unit === last ? run + 1 : 1;
        last = unit;
        if (run > 2) elongated = true;
        else out[n++] = unit;
        continue;
      }
      if (c === 33 || c === 63 || c === 0x61f) {
        const sign = c === 33 ? 33 : 63;
        if (out[n - 2] === sign && n > 2 && out[n - 1] === space) {
          if (out[n - 3] !== sign) {
            out[n - 1] = sign;
            out[n++] = space;
          }
        } else n = addToken(out, n, sign);
        last = 0;
        continue;
      }
      if (c >= 0xd83c && c <= 0xd83e && i + 1 < text.length) {
        const low = text.charCodeAt(i + 1);
        if (low >= 0xdc00 && low <= 0xdfff) {
          i++;
          const tone = c === 0xd83c && low >= 0xdffb && low <= 0xdfff;
          if (!tone) {
            if (out[n - 1] !== space) out[n++] = space;
            out[n++] = c;
            out[n++] = low;
            out[n++] = space;
          }
          last = 0;
          continue;
        }
      }
      if (c >= 0x2600 && c <= 0x27bf) {
        n = addToken(out, n, c);
        continue;
      }
      if (c === 58 || c === 59 || c === 61 || c === 60) {
        const found = emoticon(text, i);
        if (found) {
          n = addToken(out, n, found[0]);
          i += found[1] - 1;
          last = 0;
          continue;
        }
      }
      const atStart = out[n - 1] === space;
      if (atStart && ((c === 104 && text.startsWith('http', i)) || (c === 119 && text.startsWith('www.', i)))) {
        while (i + 1 < text.length && text.charCodeAt(i + 1) > space) i++;
        n = addToken(out, n, marks.link);
        continue;
      }
      if (c === 64 && atStart) {
        while (i + 1 < text.length && text.charCodeAt(i + 1) > space) i++;
        n = addToken(out, n, marks.mention);
        continue;
      }
      if (isUpper(c)) upper++;
      else if (isLower(c)) lower++;
      let unit = folded[c]!;
      if (unit === 0) continue;
      if (unit === space) {
        if (!atStart) out[n++] = space;
        last = 0;
        continue;
      }
      if (isDigit(unit)) {
        // A digit beside Latin letters may be a letter of Latin-script Arabic (3, 7, 9); amounts and dates are all alike.
        const next = i + 1 < text.length ? text.charCodeAt(i + 1) | 32 : 0;
        if (!(atStart ? isLower(next) : isLower(out[n - 1]!) || isLower(next))) {
          unit = 48;
          if (out[n - 1] === 48) continue;
        }
      }
      run = unit === last ? run + 1 : 1;
      last = unit;
      if (run > 2) {
        elongated = true;
        continue;
      }
      out[n++] = unit;
    }
    if (out[n - 1] !== space) out[n++] = space;
    if (elongated) n = addToken(out, n, marks.elongated);
    if (upper >= 8 && upper > 2 * lower) n = addToken(out, n, marks.shouted);
    this.length = n;
    return n;
  }
}
