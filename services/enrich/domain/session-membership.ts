import type { Stage } from '../../../schemas/types';

/** Staff events belong to no customer: they are keyed by `actor.id` and never join a session. */
export const isStaffEvent = (type: string): boolean => type === 'agent.status_changed' || type.startsWith('quality.');

const typeStages: [prefix: string, stage: Stage][] = [
  ['ivr.', 'SELF_SERVICE'],
  ['bot.', 'SELF_SERVICE'],
  ['queue.', 'QUEUE'],
  ['offer.made', 'OFFER'],
  ['offer.accepted', 'OFFER'],
  ['offer.rejected', 'OFFER'],
  ['offer.timeout', 'OFFER'],
  ['agent.joined', 'AGENT'],
  ['agent.left', 'AGENT'],
  ['hold.', 'HOLD'],
  ['wrapup.', 'WRAP_UP'],
];

/** The stage of an event: the sender's, else what its type implies. */
export function stageOf(type: string, stage: Stage): Stage {
  if (stage !== 'UNKNOWN') return stage;
  return (
    typeStages.find(([prefix]) => type === prefix || (prefix.endsWith('.') && type.startsWith(prefix)))?.[1] ??
    'UNKNOWN'
  );
}

const outsideTypes = new Set(['message.delivered', 'message.read']);
const outsidePrefixes = ['quality.', 'analysis.', 'survey.'];

/**
 * Whether a customer's event takes part in sessions. Receipts, surveys and marketing do not: a newsletter would hold a
 * session open for ever.
 */
export function isSessionised(type: string, stage: Stage): boolean {
  if (stage === 'MARKETING' || stage === 'SURVEY' || isStaffEvent(type) || outsideTypes.has(type)) return false;
  return !outsidePrefixes.some((prefix) => type.startsWith(prefix));
}
