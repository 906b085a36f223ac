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
  let names = 0;
  let alone = 0;
  let apart = 0;
  let before = 0;
  let beforeThat = 0;
  for (let i = 0; i < text.length; i++) {
    const c = text.charCodeAt(i);
    if (c === 32) {
      words++;
      if (before === 105 && beforeThat === 32) alone = 1;
    } else if (before === 32 && (c === 44 || c === 46)) apart = 1;
    if (c === 44 || c === 0x60c) commas++;
    else if (c >= 48 && c <= 57) digits = 1;
    else if (c === 34 || c === 40) quotes = 1;
    else if (c === 91 && text.startsWith('[NAME]', i)) names = 1;
    beforeThat = before;
    before = c;
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
  out[at + 7] = alone;
  out[at + 8] = names;
  out[at + 9] = quotes;
  out[at + 10] = apart;
  out[at + 11] = digits;
}
