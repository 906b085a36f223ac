import { own } from './definition';
import { plain, ratio } from './service-entries';

const zendesk = 'Zendesk; edge cases as in dbt_zendesk';
const row = plain('conversation_metrics');
const number = plain('response_daily');
const rate = ratio('response_daily');

/** conversation_metrics: a conversation or case; the values that response_daily sums. */
export const conversations = [
  row(
    'first_response_from_start_ms',
    'ms',
    'first human public reply - started_at',
    'Bot time included: the customer waited through it. NULL without a public reply of a human; bots, systems, notes and an agent who only joined are no reply. What an agent wrote before anything was asked is none.',
    zendesk,
  ),
  row(
    'first_response_from_handoff_ms',
    'ms',
    'human reply to the first bot handoff - handoff_at',
    'NULL without a handoff, or if it was solved before a reply.',
  ),
  row(
    'first_response_from_waiting_ms',
    'ms',
    'human reply - start of the first answered wait',
    'A wait starts with the first message not answered by a human, or with the handoff by a bot in it; a run of messages is one wait.',
  ),
  row(
    'response_after_reopen_ms',
    'ms',
    'sum of human reply - reopening',
    'The days before a reopening are never in it.',
  ),
  row(
    'total_reply_time_ms',
    'ms',
    'sum of answered waits',
    'A wait that ends with a solution instead of a reply is none.',
    zendesk,
  ),
  row(
    'customer_response_ms',
    'ms',
    "sum of customer's message - last human reply before it",
    'Not over a solution: coming back is no slow answer.',
    'Genesys Cloud tUserResponseTime',
  ),
  row('first_resolution_ms', 'ms', 'first solution - opened_at', 'Only of what is solved now.', zendesk),
  row(
    'full_resolution_ms',
    'ms',
    'last solution - opened_at',
    'Only of what is solved now. Solved, then closed, is one solution.',
    zendesk,
  ),
  row(
    'requester_wait_ms',
    'ms',
    'time in NEW, OPEN and ON_HOLD until the last solution',
    'Solved time between is in no wait.',
    zendesk,
  ),
  row(
    'agent_wait_ms',
    'ms',
    'time in PENDING until the last solution',
    'Pending means the customer’s turn, except where case_status_classes says otherwise for a system.',
    zendesk,
  ),
  row('on_hold_ms', 'ms', 'time in ON_HOLD until the last solution', 'Part of requester_wait_ms.', zendesk),
];

/** A duration of response_daily: its sum, mean and business forms. */
const duration = (sum: string, mean: string, of: string, edge_cases: string, source: string) => [
  number(sum, 'ms', `sum of ${sum} of conversation_metrics`, edge_cases, source),
  rate(`avg_${mean}`, 'ms', sum, of, 'NULL without any; absent is never 0.', source),
];
const inBusiness = (sum: string, mean: string, of: string, source: string) => [
  number(
    `business_${sum}`,
    'ms',
    `sum of business_${sum} of conversation_metrics`,
    'All hours of the schedule that were in force, holidays out; NULL if the schedule has no hours.',
    source,
  ),
  rate(`avg_business_${mean}`, 'ms', `business_${sum}`, of, 'Exact over changes of clock and midnight.', source),
];
const both = (sum: string, mean: string, of: string, edge_cases: string, source = own) => [
  ...duration(sum, mean, of, edge_cases, source),
  ...inBusiness(sum, mean, of, source),
];
const median = (stem: string) =>
  number(
    `median_${stem}`,
    'ms',
    `median of ${stem}`,
    'The middle one, or the mean of the two middle ones. Medians of several rows do not combine.',
  );

/** response_daily: a local day of start, and channel. */
export const responses = [
  number(
    'day',
    'dimension',
    'day in time_zone of the start of the conversation',
    'What is replied or solved later counts to that day, so recent days still change.',
  ),
  number(
    'conversations',
    'conversations',
    'count of conversations and cases with a message or a case event',
    'Key: case_id, else contact_id, else interaction_id. Calls without messages are not in it.',
  ),
  number(
    'first_responses',
    'conversations',
    'count of first_response_from_start_ms',
    'first_responses / conversations is the share with a reply.',
    zendesk,
  ),
  ...both('first_response_from_start_ms', 'first_response_from_start_ms', 'first_responses', 'Bot included.', zendesk),
  median('first_response_from_start_ms'),
  number(
    'handoff_responses',
    'conversations',
    'count of first_response_from_handoff_ms',
    'Conversations with a handoff that was replied to.',
  ),
  ...both('first_response_from_handoff_ms', 'first_response_from_handoff_ms', 'handoff_responses', 'Bot excluded.'),
  median('first_response_from_handoff_ms'),
  number(
    'waiting_responses',
    'conversations',
    'count of first_response_from_waiting_ms',
    'Conversations with an answered wait.',
  ),
  ...both(
    'first_response_from_waiting_ms',
    'first_response_from_waiting_ms',
    'waiting_responses',
    'From the first message without an answer, or the handoff after it.',
  ),
  median('first_response_from_waiting_ms'),
  number(
    'responses_after_reopen',
    'reopenings',
    'count of reopenings that a human replied to',
    'Before the next solution.',
  ),
  ...both(
    'response_after_reopen_ms',
    'response_after_reopen_ms',
    'responses_after_reopen',
    'From the reopening, not from the start.',
  ),
  number(
    'reply_count',
    'replies',
    'count of answered waits',
    'Several messages of an agent in a row are one reply.',
    zendesk,
  ),
  ...both(
    'total_reply_time_ms',
    'reply_time_ms',
    'reply_count',
    'For chat the mean is the average agent response.',
    zendesk,
  ),
  number(
    'customer_response_count',
    'messages',
    "count of customer's messages that follow a human reply",
    'The first of a run.',
  ),
  ...duration(
    'customer_response_ms',
    'customer_response_ms',
    'customer_response_count',
    'Not over a solution.',
    'Genesys Cloud tUserResponseTime',
  ),
  number(
    'solved',
    'conversations',
    'count of conversations that are solved now (at up_to)',
    'What was reopened and not solved again is not.',
  ),
  ...both('first_resolution_ms', 'first_resolution_ms', 'solved', 'Only of those solved now.', zendesk),
  ...both('full_resolution_ms', 'full_resolution_ms', 'solved', 'Only of those solved now.', zendesk),
  ...both('requester_wait_ms', 'requester_wait_ms', 'solved', 'NEW, OPEN and ON_HOLD.', zendesk),
  ...both('agent_wait_ms', 'agent_wait_ms', 'solved', 'PENDING.', zendesk),
  ...both('on_hold_ms', 'on_hold_ms', 'solved', 'Part of requester_wait_ms.', zendesk),
  number('reopens', 'reopenings', 'solutions - 1 of those solved now', 'A status told twice is one.', zendesk),
  rate('reopen_rate', 'reopenings per solved', 'reopens', 'solved', 'Can exceed 1.', zendesk),
];
