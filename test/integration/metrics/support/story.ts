import { call, type LegGiven, leg } from './journey-tables';

/** Arrival and end on a day of March 2026. */
export const at = (day: number, from = '10:00:00', to = '10:05:00'): [string, string] => {
  const date = `2026-03-${String(day).padStart(2, '0')}`;
  return [`${date} ${from}`, `${date} ${to}`];
};
/** A visit to the site in a session of its own. */
export const visit = (day: number, more: Partial<LegGiven> = {}) =>
  call({ at: at(day), channel: 'WEB', stage: 'UNKNOWN', answered_at: null, outcome: 'UNKNOWN', ...more });

/** A form fails, the bot hands over and the queue is given up; two days later a call settles it; then a visit. */
export const story = [
  visit(2, {
    session_id: 'one',
    contact_id: 'w',
    outcome: 'FAILURE',
    failure_step: 'web.form_error',
    intent: 'moving',
    cost_minor: 1,
    cost_currency: 'EUR',
  }),
  leg({
    session_id: 'one',
    contact_id: 'b',
    at: at(2, '10:10:00', '10:14:00'),
    channel: 'CHAT',
    stage: 'SELF_SERVICE',
    outcome: 'ESCALATED',
    customer_message_count: 1,
  }),
  leg({
    session_id: 'one',
    contact_id: 'b',
    at: at(2, '10:14:00', '10:20:00'),
    channel: 'CHAT',
    stage: 'QUEUE',
    outcome: 'ABANDONED',
    failure_step: 'queue.abandoned',
    cost_minor: 20,
    cost_currency: 'EUR',
  }),
  leg({
    session_id: 'one',
    contact_id: 'task',
    at: at(2, '11:00:00', '11:30:00'),
    channel: 'TASK',
    stage: 'BACK_OFFICE',
    direction: 'INTERNAL',
  }),
  call({
    session_id: 'two',
    contact_id: 'v',
    at: at(4, '09:00:00', '09:30:00'),
    cost_minor: 300,
    cost_currency: 'USD',
  }),
  visit(5, { session_id: 'three', contact_id: 'x' }),
];
