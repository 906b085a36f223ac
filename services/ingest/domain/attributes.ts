import { z } from 'zod';
import { isObject } from './fault';
import { limits } from './limits';

const readableName = /^[^\p{Cc}\p{Cs}]+$/u;
const brokenUnicode = /\p{Cs}/u;

/**
 * The map of a sender's own texts. Written by hand: zod's record looks at every entry before it counts them (seconds
 * for a hostile body) and leaves out a key named `__proto__` without a word.
 */
export const attributes = z
  .unknown()
  .transform((value, context): Record<string, string> => {
    const refuse = (name: string | undefined, reason: string, message: string): never => {
      const path = name === undefined ? [] : [name];
      context.issues.push({ code: 'custom', input: value, path, params: { reason }, message });
      return z.NEVER;
    };
    if (!isObject(value)) return refuse(undefined, 'wrong_type', 'must be an object of texts');
    if (Object.keys(value).length > limits.attributes) {
      return refuse(undefined, 'too_many', `must hold at most ${limits.attributes} entries`);
    }
    let bytes = 0;
    for (const [name, text] of Object.entries(value)) {
      const fault = entryFault(name, text);
      if (fault) refuse(name, ...fault);
      else bytes += Buffer.byteLength(name) + Buffer.byteLength(text as string);
    }
    if (bytes > limits.attributesBytes) {
      return refuse(undefined, 'too_long', `must hold at most ${limits.attributesBytes} bytes of names and values`);
    }
    return value as Record<string, string>;
  })
  .meta({
    type: 'object',
    additionalProperties: { type: 'string' },
    propertyNames: { minLength: 1, maxLength: limits.attributeNameChars },
    maxProperties: limits.attributes,
  });

function entryFault(name: string, text: unknown): [reason: string, message: string] | undefined {
  // Copied by assignment anywhere downstream it would vanish.
  if (name === '__proto__') return ['reserved_name', 'cannot be stored under this name'];
  if (name.length > limits.attributeNameChars || !readableName.test(name)) {
    return [
      'wrong_format',
      `is a name that is empty, longer than ${limits.attributeNameChars} characters or not printable`,
    ];
  }
  if (text === null) return ['wrong_type', 'must be text; leave it out when there is none'];
  if (typeof text !== 'string') return ['wrong_type', `must be text: write it in quotes`];
  return brokenUnicode.test(text) ? ['wrong_format', 'must be well-formed Unicode'] : undefined;
}
