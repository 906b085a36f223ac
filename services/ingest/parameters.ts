import type { Refused } from './body';

/** Parameters of a body, in the order they were sent, decoded. Names may repeat; a signature is made over all of them. */
export type Parameters = readonly (readonly [name: string, value: string])[];

/** More than any vendor sends (Twilio: about 60); each costs a lookup in an adapter. */
const maxParameters = 1_000;

/**
 * Reads `application/x-www-form-urlencoded` text (WHATWG URL 5.1), strictly: a broken escape refuses the body, where
 * the standard would put a replacement character into an id without a word.
 */
export function readParameters(text: string): { parameters: Parameters } | { refused: Refused } {
  const parts = text.split('&', maxParameters + 1);
  if (parts.length > maxParameters) {
    return refuse(413, 'too_many_parameters', `the body holds more than ${maxParameters} parameters`);
  }
  const parameters: [string, string][] = [];
  for (const [index, part] of parts.entries()) {
    if (part === '') continue;
    const equals = part.indexOf('=');
    const name = decode(equals < 0 ? part : part.slice(0, equals));
    const value = decode(equals < 0 ? '' : part.slice(equals + 1));
    if (name === undefined || value === undefined) {
      return refuse(400, 'invalid_form', `parameter ${index + 1} of the body is not percent-encoded UTF-8`);
    }
    parameters.push([name, value]);
  }
  return { parameters };
}

/** The item that an adapter gets: each name with its text, or with a list of texts where the name repeats. */
export function parameterObject(parameters: Parameters): Record<string, string | string[]> {
  const byName = new Map<string, string | string[]>();
  for (const [name, value] of parameters) {
    const before = byName.get(name);
    byName.set(name, before === undefined ? value : [before, value].flat());
  }
  // Defines every name as its own, `__proto__` too.
  return Object.fromEntries(byName);
}

function decode(text: string): string | undefined {
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    return undefined;
  }
}

const refuse = (status: number, reason: string, message: string) => ({ refused: { status, reason, message } });
