import type { OutcomeStatus, SessionEvent } from '../../../schemas/types';
import type { LegFold, Step } from './leg-fold';

/** The event at which people had finished with the leg: wrap-up, else the agent or the connection leaving after the answer. */
export const handledEvent = (leg: LegFold): SessionEvent | undefined => leg.wrapUp ?? leg.endAfterAnswer;

/**
 * First and last failure step of a leg: those of its events, those that two of its events show together, and, where the
 * contact comes back to a queue that it was transferred from (`loops`), its entering that queue.
 */
export function failureSteps(leg: LegFold, loops: boolean): { first: Step | undefined; last: Step | undefined } {
  const steps = { first: leg.firstStep, last: leg.lastStep };
  if (!leg.answer && leg.secondUnanswered) addStep(steps, leg.secondUnanswered);
  if (loops) addStep(steps, { step: 'transfer.loop', index: leg.queuedIndex });
  return steps;
}

function addStep(steps: { first: Step | undefined; last: Step | undefined }, step: Step): void {
  if (!steps.first || step.index < steps.first.index) steps.first = step;
  if (!steps.last || step.index > steps.last.index) steps.last = step;
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

const toleratedOutcomes: ReadonlySet<OutcomeStatus> = new Set(['UNKNOWN', 'FAILURE', 'ABANDONED']);

/**
 * Where the customer gave up; '' if not. An abandoned queue, or RING where an offer was ringing just then; else what was
 * under way when the connection ended, unless the source says that somebody else ended it. On hold it counts if the leg
 * was not transferred; in the menu if nothing was reached there and no people take the contact later.
 */
export function abandonedIn(
  leg: LegFold,
  outcome: OutcomeStatus,
  escalates: boolean,
): 'IVR' | 'QUEUE' | 'RING' | 'HOLD' | '' {
  if (!leg.answer && leg.queueAbandoned) return leg.abandonedRinging ? 'RING' : 'QUEUE';
  if (!leg.ended || (leg.disconnect_by !== '' && !/^customer/i.test(leg.disconnect_by))) return '';
  if (leg.endedIn === 'HOLD') return leg.transferred ? '' : 'HOLD';
  if (leg.answer) return '';
  if (leg.endedIn === 'RING') return 'RING';
  const inMenu = leg.ivrFrom !== undefined && !leg.queued && !leg.success;
  return inMenu && !escalates && toleratedOutcomes.has(outcome) ? 'IVR' : '';
}
