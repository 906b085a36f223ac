import type { InteractionEvent } from '../../../schemas/types';

/** An abandon this soon says nothing about the queue. */
export const shortAbandonMs = 5_000;

const alwaysFailing = new Set([
  'ivr.opt_out',
  'bot.fallback',
  'web.search_no_result',
  'web.form_error',
  'app.error',
  'offer.timeout',
  'message.failed',
]);

/** The step that this one event shows to have failed, or null. What needs several events is sessionize's. */
export function failureStepOf(event: InteractionEvent): string | null {
  const type = event.event_type;
  if (alwaysFailing.has(type)) return type;
  if (type === 'queue.abandoned') {
    const waitMs = event.durations?.wait_ms;
    return waitMs != null && waitMs <= shortAbandonMs ? null : type;
  }
  if (type === 'web.help_rated' && isNegative(event)) return 'web.help_rated_negative';
  if (type === 'interaction.ended' && event.attributes.vcon_type === 'incomplete') return 'vcon.incomplete';
  return null;
}

const isNegative = ({ outcome, attributes }: InteractionEvent): boolean =>
  outcome?.status === 'FAILURE' || outcome?.code === 'negative' || attributes.rating === 'negative';
