import type { z } from 'zod';
import { type Fault, fault } from './fault';
import { limits } from './limits';

type Issue = z.core.$ZodIssue;

/** Names that senders try, and where such data belongs. */
const belongsIn = new Map([
  ['customer_id', 'put it in identities: [{"type": "customer_id", "value": "…"}]'],
  ['email', 'put it in identities: [{"type": "email", "value": "…"}]'],
  ['phone', 'put it in identities: [{"type": "phone", "value": "…"}]'],
  ['anonymous_id', 'put it in identities: [{"type": "anonymous_id", "value": "…"}]'],
  ['timestamp', 'it is called occurred_at'],
  ['time', 'it is called occurred_at'],
  ['type', 'it is called event_type'],
  ['session_id', 'sessions are computed here; a session id of yours belongs in attributes'],
]);

/**
 * What zod found, as faults with countable reasons; no more than an answer can list. `sent` is the value it looked at,
 * `path` where that stands.
 */
export function issueFaults(issues: readonly Issue[], sent: unknown, path: readonly PropertyKey[] = []): Fault[] {
  return issues
    .slice(0, limits.faultsPerEvent)
    .flatMap((issue) => faultsOf(issue, [...path, ...issue.path], valueAt(sent, issue.path)));
}

function faultsOf(issue: Issue, path: PropertyKey[], value: unknown): Fault[] {
  const field = fieldName(path);
  // A sender that writes null for "none" has left the field out.
  if (value === undefined || value === null) {
    if (issue.code === 'invalid_type' || issue.code === 'invalid_union' || issue.code === 'invalid_value') {
      return [fault(field, 'missing', 'is required')];
    }
  }
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.slice(0, limits.faultsPerEvent).map((key) => unknownField([...path, key]));
    case 'invalid_value':
      return [fault(field, 'unknown_value', `must be one of ${issue.values.join(', ')}`)];
    case 'invalid_type':
      return [fault(field, 'wrong_type', `must be ${expectation(issue.expected, value)}`)];
    case 'invalid_union':
      return [fault(field, 'wrong_type', 'must be text or a whole number')];
    case 'too_big':
      return [bound(field, issue.origin, `at most ${issue.maximum}`, 'too_long', 'too_many')];
    case 'too_small':
      return [bound(field, issue.origin, `at least ${issue.minimum}`, 'empty', 'too_few')];
    case 'custom':
      return [fault(field, String(issue.params?.reason ?? 'wrong_format'), issue.message)];
    default:
      return [fault(field, 'wrong_format', issue.message)];
  }
}

/** Why a field that no event has is refused, and where such data belongs. */
function unknownField(path: PropertyKey[]): Fault {
  const field = fieldName(path);
  if (field === 'received_at') {
    return fault(field, 'reserved_field', 'is set here on arrival; when your system recorded the event is observed_at');
  }
  const place = belongsIn.get(field) ?? 'data of your own belongs in attributes, a map of texts';
  return fault(field, 'unknown_field', `is not a field of an event: ${place}`);
}

function bound(field: string, origin: string, limit: string, ofText: string, ofList: string): Fault {
  if (origin === 'string') return fault(field, ofText, `must have ${limit} characters`);
  if (origin === 'array') return fault(field, ofList, `must hold ${limit} items`);
  return fault(field, 'out_of_range', `must be ${limit}`);
}

function expectation(expected: string, value: unknown): string {
  if (expected === 'int') return typeof value === 'number' ? 'a whole number' : 'a number';
  if (expected === 'number') return 'a number';
  if (expected === 'string') return 'text';
  if (expected === 'boolean') return 'true or false';
  if (expected === 'array') return 'a list';
  return 'an object';
}

const fieldName = (path: PropertyKey[]): string => path.map((key) => String(key) || '""').join('.');

function valueAt(root: unknown, path: readonly PropertyKey[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Record<PropertyKey, unknown> | undefined)?.[key], root);
}
