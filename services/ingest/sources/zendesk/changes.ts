import type { ActorType } from '../../../../schemas/types';
import type { Fact } from '../facts';
import { attributesOf } from '../record-facts';
import { type Fields, idOf, nameOf } from '../vendor-fields';

/** One change of a ticket's field: who made it, when, and the id of this change. */
export interface Change {
  key: string;
  at: number;
  by: { type: ActorType; id?: string };
  previous: unknown;
  value: unknown;
}

const resolvers: Partial<Record<ActorType, string>> = { AGENT: 'human', CUSTOMER: 'customer', SYSTEM: 'automation' };
const done: ReadonlySet<string> = new Set(['solved', 'closed']);
/** Connectors write on-hold where the interface writes hold. */
const statusOf = (value: unknown): string => (nameOf(value) ?? '').toLowerCase().replace('on-hold', 'hold');

/**
 * A change of status. Solved resolves the case, whoever did it (`resolved_by` tells agents from automations); leaving
 * solved reopens it; on hold is a hold. Closing after solved changes nothing for the customer.
 */
export function statusFacts({ key, at, by, previous, value }: Change): Fact[] {
  const [from, to] = [statusOf(previous), statusOf(value)];
  const attributes = attributesOf({ status: to, previous_status: from });
  const fact = (type: string, fields: Fields = {}): Fact => ({
    key: `${key}:${type}`,
    type,
    at,
    actor: by,
    attributes,
    ...fields,
  });
  const facts = from === 'hold' ? [fact('hold.ended', { stage: 'HOLD' })] : [];
  if (to === 'hold') return [...facts, fact('hold.started')];
  const resolves = to === 'solved' || (to === 'closed' && from !== 'solved');
  if (resolves) return [...facts, fact('case.resolved', { outcome: { code: to, resolved_by: resolvers[by.type] } })];
  return [...facts, fact(done.has(from) && !done.has(to) ? 'case.reopened' : 'case.status_changed')];
}

/** Into a group's queue; from another group it is a transfer. */
export function groupFacts({ key, at, by, previous, value }: Change): Fact[] {
  const to = idOf(value);
  const transfer: Fact[] = idOf(previous)
    ? [{ key: `${key}:transfer`, type: 'transfer.completed', at, actor: by, outcome: { code: 'group' } }]
    : [];
  const entered: Fact[] = to ? [{ key: `${key}:queue`, type: 'queue.entered', at, queue: { id: to } }] : [];
  return [...transfer, ...entered];
}

/** From one agent to another. A first assignment is no answer: the agent may stay silent. */
export function assigneeFacts({ key, at, by, previous, value }: Change): Fact[] {
  const [from, to] = [idOf(previous), idOf(value)];
  if (!from || !to) return [];
  return [
    {
      key: `${key}:transfer`,
      type: 'transfer.completed',
      at,
      actor: by,
      outcome: { code: 'assignee' },
      attributes: attributesOf({ from_agent: from, to_agent: to }),
    },
  ];
}

/** `offered` invites, a verdict answers. The comment beside it is not taken: it is free text. */
export function satisfactionFacts({ key, at, value }: Change): Fact[] {
  const score = { good: 1, goodwithcomment: 1, bad: 0, badwithcomment: 0 }[statusOf(value).replace(/_/g, '')];
  const survey = { kind: 'CSAT', scale_min: 0, scale_max: 1 };
  if (statusOf(value) === 'offered') return [{ key: `${key}:invited`, type: 'survey.invited', at, survey }];
  return score === undefined
    ? []
    : [{ key: `${key}:answered`, type: 'survey.answered', at, survey: { ...survey, score } }];
}
