import { limits } from './limits';

/** What is wrong with one field: `reason` is countable, `message` is a sentence that names the field and the rule. */
export interface Fault {
  field: string;
  reason: string;
  message: string;
}

/** A fault whose sentence is "<field> <predicate>". Senders' own names are cut, so that an answer stays small. */
export function fault(field: string, reason: string, predicate: string): Fault {
  const name = field.length > limits.fieldNameChars ? `${field.slice(0, limits.fieldNameChars)}…` : field;
  return { field: name, reason, message: `${name} ${predicate}` };
}

/** A plain JSON object: neither null nor an array. */
export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
