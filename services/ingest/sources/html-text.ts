import { compile } from 'html-to-text';
import { limits } from '../domain/limits';
import { textOf } from './vendor-fields';

/** Beyond these it is an attack or a newsletter: tags are cut out, which is fast whatever they are. */
const maxChars = 4 * limits.textChars;
const maxTags = 3_000;

const convert = compile({
  wordwrap: false,
  limits: { maxDepth: 100, maxChildNodes: 10_000 },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'block' },
  ],
});

/** What a person reads of a text that may be HTML. */
export function readableText(value: unknown): string | undefined {
  const text = textOf(value);
  if (text === undefined || !/[<&]/.test(text)) return text;
  return textOf(text.length > maxChars || hasMore(text, '<', maxTags) ? withoutTags(text) : convert(text));
}

const withoutTags = (html: string): string =>
  html
    .slice(0, 2 * maxChars)
    .replace(/<[^<>]*>/g, ' ')
    .replace(/\s{2,}/g, ' ');

function hasMore(text: string, mark: string, times: number): boolean {
  let found = 0;
  for (let at = text.indexOf(mark); at >= 0; at = text.indexOf(mark, at + 1)) if (++found > times) return true;
  return false;
}
