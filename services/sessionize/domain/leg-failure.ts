import type { SessionEvent } from '../../../schemas/types';
import type { Leg } from './legs';

export interface FailureStep {
  step: string;
  /** The event that made it true. */
  event: SessionEvent;
}

/** Steps that single events cannot show: the leg fails at the event that repeats. */
const repeatedSteps: { types: string[]; step: string; unansweredOnly?: boolean }[] = [
  { types: ['ivr.invalid_input'], step: 'ivr.invalid_input' },
  { types: ['transfer.completed'], step: 'transfer.repeated' },
  { types: ['offer.timeout', 'offer.rejected'], step: 'offer.unanswered', unansweredOnly: true },
];

/** Failure steps of a leg in total order: those of its events, and those that two of its events show together. */
export function failureSteps(leg: Leg): FailureStep[] {
  const steps: FailureStep[] = [];
  const seen = new Map<string, number>();
  for (const event of leg.events) {
    if (event.failure_step) steps.push({ step: event.failure_step, event });
    for (const { types, step, unansweredOnly } of repeatedSteps) {
      if (!types.includes(event.event_type) || (unansweredOnly && leg.answer)) continue;
      const count = (seen.get(step) ?? 0) + 1;
      seen.set(step, count);
      if (count === 2) steps.push({ step, event });
    }
  }
  return steps;
}
