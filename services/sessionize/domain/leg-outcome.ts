import type { OutcomeStatus, SessionEvent } from '../../../schemas/types';
import type { LegFold, Step } from './leg-fold';

/** The event at which people had finished with the leg: wrap-up, else the agent or the connection leaving after the answer. */
export const handledEvent = (leg: LegFold): SessionEvent | undefined => leg.wrapUp ?? leg.endAfterAnswer;

/** First and last failure step of a leg: those of its events, and those that two of its events show together. */
export function failureSteps(leg: LegFold): { first: Step | undefined; last: Step | undefined } {
  const unanswered = leg.answer ? undefined : leg.secondUnanswered;
  const { firstStep, lastStep } = leg;
  return {
    first: unanswered && (!firstStep || unanswered.index < firstStep.index) ? unanswered : firstStep,
    last: unanswered && (!lastStep || unanswered.index > lastStep.index) ? unanswered : lastStep,
  };
}

/** How it left the queue it entered: empty while waiting, and where it never queued. */
export function queueLeftBy(leg: LegFold): 'ANSWERED' | 'ABANDONED' | 'FLOW_OUT' | '' {
  if (!leg.queued) return '';
  if (leg.answer) return 'ANSWERED';
  if (leg.queueAbandoned) return 'ABANDONED';
  return leg.queueLeft || leg.ended ? 'FLOW_OUT' : '';
}

/**
 * Outcome of a leg, the first rule that applies. `escalates`: it is self-service and people take the same contact later
 * in the session. A failure step that people made good afterwards (a first offer timed out, the second agent wrapped
 * up) does not make the leg fail.
 */
export function legOutcome(leg: LegFold, lastStep: Step | undefined, escalates: boolean): OutcomeStatus {
  if (leg.explicit) return leg.explicit;
  if (leg.queueAbandoned || queueLeftBy(leg) === 'FLOW_OUT') return 'ABANDONED';
  if (escalates) return 'ESCALATED';
  if (leg.success) return 'SUCCESS';
  const madeIndex = leg.side !== 'HUMAN' ? -1 : leg.wrapUp ? leg.wrapUpIndex : leg.endAfterAnswerIndex;
  if (lastStep && madeIndex <= lastStep.index) return 'FAILURE';
  return madeIndex >= 0 ? 'SUCCESS' : 'UNKNOWN';
}
