import type { Seen, SimEvent } from '../core/event';
import { isAnswer, isType, type Leg } from './legs';
import { SHORT_WAIT_MS, scope } from './rules';

/** Something a customer tried that did not work, and where in its leg. */
export interface FailureStep {
  name: string;
  /** Position of the event that shows it among the leg's events. */
  index: number;
}

const ALWAYS = [
  'ivr.opt_out',
  'bot.fallback',
  'web.search_no_result',
  'web.form_error',
  'app.error',
  'offer.timeout',
  'message.failed',
];

/** The failure that one event shows by itself. */
export function failureOfEvent(event: SimEvent): string | undefined {
  const type = event.event_type;
  if (ALWAYS.includes(type)) return type;
  if (type === 'queue.abandoned') {
    const wait_ms = event.durations?.wait_ms;
    return wait_ms !== undefined && wait_ms !== null && wait_ms <= SHORT_WAIT_MS ? undefined : type;
  }
  if (type === 'web.help_rated') {
    const bad = event.outcome?.status === 'FAILURE' || event.outcome?.code === 'negative';
    return bad || event.attributes?.rating === 'negative' ? 'web.help_rated_negative' : undefined;
  }
  if (type === 'interaction.ended' && event.attributes?.vcon_type === 'incomplete') return 'vcon.incomplete';
  return undefined;
}

/** A contact that comes back to a queue it was transferred out of: shown where the leg enters that queue. */
export function loopStep(leg: Leg, earlier: Leg[]): FailureStep | undefined {
  const queue = enteredQueue(leg);
  if (!queue) return undefined;
  const before = earlier.some((one) => one.transferred && one.contact === leg.contact && enteredQueue(one) === queue);
  return before ? { name: 'transfer.loop', index: leg.events.findIndex(isType('queue.entered')) } : undefined;
}

function enteredQueue({ events }: Leg): string | undefined {
  const event = events.find(isType('queue.entered'))?.event;
  const name = event?.queue?.id || event?.queue?.name;
  return event && name ? `${scope(event)} ${name}` : undefined;
}

/** All failures of a leg in order: those of single events, and those that only the leg shows. */
export function failureSteps(events: Seen[]): FailureStep[] {
  const steps: FailureStep[] = [];
  const answered = events.some(isAnswer);
  let [invalid, transfers, unanswered] = [0, 0, 0];
  events.forEach(({ event }, index) => {
    const name = failureOfEvent(event);
    if (name) steps.push({ name, index });
    const type = event.event_type;
    if (type === 'ivr.invalid_input' && ++invalid === 2) steps.push({ name: 'ivr.invalid_input', index });
    if (type === 'transfer.completed' && ++transfers === 2) steps.push({ name: 'transfer.repeated', index });
    if ((type === 'offer.timeout' || type === 'offer.rejected') && ++unanswered === 2 && !answered) {
      steps.push({ name: 'offer.unanswered', index });
    }
  });
  return steps;
}
