/** How a text is written rather than what it says: whole sentences with commas are told, not remarked. Counts and 0 or 1. */

export const styles = 12;
/** As much as is looked at, in UTF-16 units. */
const looked = 2000;

const is = (found: boolean): number => (found ? 1 : 0);

/** Fills `out` from `at` on with `styles` numbers of about 0 to 1. */
export function styleOf(original: string, out: Float64Array | Float32Array, at: number): void {
  const text = (original.length > looked ? original.slice(0, looked) : original).trim();
  let words = 1;
  let commas = 0;
  let digits = 0;
  let quotes = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 32) words++;
    else if (c === 44 || c === 0x60c) commas++;
    else if (c >= 48 && c <= 57) digits = 1;
    else if (c === 34 || c === 40) quotes = 1;
  }
  const last = text.charCodeAt(text.length - 1) | 0;
  const first = text.charCodeAt(0) | 0;
  out[at] = Math.log(words) / 3;
  out[at + 1] = is(last === 46);
  out[at + 2] = is(last === 33);
  out[at + 3] = is(last === 63 || last === 0x61f);
  out[at + 4] = is((last | 32) >= 97 && (last | 32) <= 122);
  out[at + 5] = Math.min(1, (commas / words) * 5);
  out[at + 6] = is(first >= 65 && first <= 90);
  out[at + 7] = is(text.includes(' i '));
  out[at + 8] = is(text.includes('[NAME]'));
  out[at + 9] = quotes;
  out[at + 10] = is(text.includes(' ,') || text.includes(' .'));
  out[at + 11] = digits;
}
