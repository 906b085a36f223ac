import type { Span } from './numbers';

const localChar = /[\p{L}\p{N}._%+'&*=?^{|}~!#$/-]/u;
const maxLocal = 64;
/** Labels of a domain, the last of letters; bounded, so that a text of dots and letters costs no more than its length. */
const domain = /^(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,8}(?:xn--[a-z0-9-]{2,59}|\p{L}{2,24})/u;

/** Mail addresses as they are written, with or without blanks around the @, in any script. */
export function emailsIn(folded: string): Span[] {
  const found: Span[] = [];
  for (let at = folded.indexOf('@'); at >= 0; at = folded.indexOf('@', at + 1)) {
    const last = found.at(-1)?.end ?? 0;
    if (at < last) continue;
    let end = at;
    if (folded[end - 1] === ' ') end--;
    let start = end;
    while (start > last && end - start < maxLocal && localChar.test(folded[start - 1])) start--;
    let from = at + 1;
    if (folded[from] === ' ') from++;
    const host = domain.exec(folded.slice(from, from + 260))?.[0];
    const isSpaced = end < at || from > at + 1;
    if (start === end || host === undefined || (isSpaced && !isUsual(host))) continue;
    found.push({ start, end: from + host.length });
  }
  return [...found, ...spelledIn(folded)];
}

/** With blanks it may be "meet @ cafe.then": only what ends as addresses usually do. */
const isUsual = (host: string): boolean =>
  /\.(?:com|net|org|edu|gov|io|co|br|pt|uk|ma|sa|ae|eg|fr|es|de|me|info)$/i.test(host);

/** `ana (at) mail (dot) com`, `ana arroba gmail ponto com`: what people write who do not want robots to read it. */
const spelled =
  /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64} ?(?:[[({<] ?(?:at|arroba) ?[\])}>]| (?:at|arroba) |[[({<] ?@ ?[\])}>]) ?[\p{L}\p{N}-]{1,40}(?: ?(?:[[({<] ?(?:dot|ponto|\.) ?[\])}>]|(?<= )(?:dot|ponto)(?= )|\.) ?[\p{L}\p{N}-]{2,24}){1,3}(?![\p{L}\p{N}])/giu;

function spelledIn(folded: string): Span[] {
  if (!/ (?:at|arroba) |[[({<] ?(?:at|arroba|@) ?[\])}>]/i.test(folded)) return [];
  const found: Span[] = [];
  for (const match of folded.matchAll(spelled)) {
    const isBracketed = /[[({<] ?(?:at|arroba|@)/i.test(match[0]);
    const host = match[0].replace(/ ?[[({<]? ?(?:dot|ponto)(?![\p{L}]) ?[\])}>]? ?/giu, '.').trim();
    if (isBracketed || isUsual(host)) found.push({ start: match.index, end: match.index + match[0].length });
  }
  return found;
}
