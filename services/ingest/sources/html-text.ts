import { compile } from 'html-to-text';
import { limits } from '../domain/limits';
import { textOf } from './vendor-fields';

/** HTML nested deeper, or longer, is cut: it is an attack or a newsletter. */
const convert = compile({
  wordwrap: false as const,
  limits: { maxInputLength: 8 * limits.textChars, maxDepth: 100, maxChildNodes: 10_000 },
  selectors: [
    { selector: 'a', options: { ignoreHref: true } },
    { selector: 'img', format: 'skip' },
    { selector: 'table', format: 'block' },
  ],
});

/** What a person reads of a text that may be HTML. */
export function readableText(value: unknown): string | undefined {
  const text = textOf(value);
  return text === undefined || !/[<&]/.test(text) ? text : textOf(convert(text));
}
