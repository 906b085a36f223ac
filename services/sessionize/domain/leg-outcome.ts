import type { OutcomeStatus, SessionEvent } from '../../../schemas/types';
import type { FailureStep } from './leg-failure';
import type { Leg } from './legs';

/** The event at which people had finished with the leg: wrap-up, else the agent or the connection leaving after the answer. */
export function handledEvent(leg: Leg): SessionEvent | undefined {
  const wrapUp = leg.events.find(({ event_type }) => event_type === 'wrapup.completed');
  if (wrapUp || !leg.answer) return wrapUp;
  const answered = leg.events.indexOf(leg.answer);
  return leg.events.find(
    ({ event_type }, index) => index > answered && (event_type === 'agent.left' || event_type === 'interaction.ended'),
  );
}

const endsQueueUnanswered = new Set(['queue.left', 'interaction.ended']);

const isAbandoned = (leg: Leg): boolean =>
  leg.events.some(
    ({ event_type }) =>
      event_type === 'queue.abandoned' ||
      (leg.queued !== undefined && !leg.answer && endsQueueUnanswered.has(event_type)),
  );

const isSuccess = (event: SessionEvent): boolean =>
  Boolean(event.goal) ||
  event.commerce_type === 'ORDER' ||
  event.event_type === 'order.placed' ||
  event.event_type === 'case.resolved';

/** What the source says itself: the last status that is not UNKNOWN. */
function explicitStatus(leg: Leg): OutcomeStatus | undefined {
  for (let index = leg.events.length - 1; index >= 0; index--) {
    if (leg.events[index].outcome !== 'UNKNOWN') return leg.events[index].outcome;
  }
  return undefined;
}

/**
 * Outcome of a leg, the first rule that applies. `escalates`: it is self-service and people take the same contact later
 * in the session. A failure step that people made good afterwards (a first offer timed out, the second agent wrapped
 * up) does not make the leg fail.
 */
export function legOutcome(
  leg: Leg,
  steps: FailureStep[],
  handled: SessionEvent | undefined,
  escalates: boolean,
): OutcomeStatus {
  const explicit = explicitStatus(leg);
  if (explicit) return explicit;
  if (isAbandoned(leg)) return 'ABANDONED';
  if (escalates) return 'ESCALATED';
  if (leg.events.some(isSuccess)) return 'SUCCESS';
  const made = leg.side === 'HUMAN' ? handled : undefined;
  const lastStep = steps.at(-1);
  if (lastStep && !(made && leg.events.indexOf(made) > leg.events.indexOf(lastStep.event))) return 'FAILURE';
  return made ? 'SUCCESS' : 'UNKNOWN';
}
