import { own } from './definition';
import { plain, ratio } from './service-entries';

const number = plain('agent_time');
const rate = ratio('agent_time');
const share = 'share (0 to 1)';
const genesys = 'Genesys Cloud glossary';
const connect = 'Amazon Connect, historical metrics definitions';

/** agent_time: a local day and agent. */
export const agentTime = [
  number(
    'day',
    'dimension',
    'day in time_zone',
    'Days of 23 or 25 hours where clocks change. The first and last are cut at from and to, or at the watermark.',
  ),
  number(
    'agent_id',
    'dimension',
    'actor.id of agent.status_changed',
    'One person with two ids is two agents; statuses of several systems for one id are one line of time, the last reported holds.',
  ),
  number(
    'team',
    'dimension',
    "team of the agent's last status of the day or before it",
    'Who changes teams during a day counts to the new one for that day.',
  ),
  number(
    'available_ms',
    'ms',
    'time in class AVAILABLE without a contact',
    'A status set more than 31 days before the range is not known.',
  ),
  number(
    'on_contact_ms',
    'ms',
    'time in class ON_CONTACT or ACW, or in AVAILABLE while a leg of the agent is between answer and end of handling',
    'Contacts side by side count once. A contact open during a break is a break. ACW is included.',
    connect,
  ),
  number(
    'break_ms',
    'ms',
    'time in class BREAK',
    'Any pause while signed in that is neither training nor a meeting, lunch included.',
  ),
  number('training_ms', 'ms', 'time in class TRAINING', 'Coaching included.'),
  number('meeting_ms', 'ms', 'time in class MEETING', 'Also one to one.'),
  number(
    'absence_ms',
    'ms',
    'time in class ABSENCE, or planned as ABSENCE while OFFLINE or without a status',
    'Somebody on leave sends no statuses: only a plan in agent_schedules shows it.',
  ),
  number(
    'unclassified_ms',
    'ms',
    'time in a status that agent_status_classes does not know',
    'Paid, but no part of occupancy or shrinkage: add the status to the table.',
  ),
  number('offline_ms', 'ms', 'time in class OFFLINE without planned absence', 'Not paid.'),
  number(
    'paid_ms',
    'ms',
    'all time with a status but offline_ms',
    'Follows from statuses, not from contracts. An agent who forgets to sign off is paid on until the watermark.',
  ),
  rate(
    'occupancy',
    share,
    'on_contact_ms',
    'on_contact_ms + available_ms',
    'Breaks, training and meetings are in neither. Any number of contacts at once is 100 %.',
    connect,
  ),
  number(
    'handled',
    'legs',
    'legs of the agent with handled_at on the day',
    'By the time of completion, not of arrival.',
  ),
  number(
    'handled_timed',
    'legs',
    'handled legs with talk, hold or after-contact time known',
    'Where it is far below handled, utilisation is too low.',
  ),
  number(
    'handle_ms',
    'ms',
    'talk_ms + hold_ms + acw_ms of handled legs',
    'Contacts side by side add up: it can exceed the clock. focus_ms is no part of it: for mail and tasks without a talk time only after-contact work counts, so there take utilisation_wall.',
    genesys,
  ),
  rate(
    'utilisation',
    'ratio',
    'handle_ms',
    'paid_ms',
    'Can exceed 1 with contacts side by side. NULL also when legs were handled and none is timed: unknown is not 0.',
  ),
  rate(
    'utilisation_wall',
    share,
    'on_contact_ms',
    'paid_ms',
    'The variant by the clock: contacts side by side count once.',
  ),
  number('shrinkage_internal_ms', 'ms', 'break_ms + training_ms + meeting_ms', 'Within the organisation’s power.'),
  number('shrinkage_external_ms', 'ms', 'absence_ms', 'Leave and sickness.'),
  rate(
    'shrinkage',
    share,
    'shrinkage_internal_ms + shrinkage_external_ms',
    'paid_ms',
    '20 h of 160 h are 12.5 %. Staff to schedule = staff needed / (1 - shrinkage), not × (1 + shrinkage).',
  ),
  rate('shrinkage_internal', share, 'shrinkage_internal_ms', 'paid_ms', 'Breaks count, paid or not by contract.'),
  rate('shrinkage_external', share, 'shrinkage_external_ms', 'paid_ms', 'Without schedules often 0: see absence_ms.'),
  number(
    'scheduled_ms',
    'ms',
    'time planned in agent_schedules but OFFLINE and ABSENCE',
    'Rows that overlap: the later start ends the earlier row.',
  ),
  number(
    'adherent_ms',
    'ms',
    'planned time in which the agent was on queue as planned, or in the very class planned',
    'AVAILABLE, ON_CONTACT and ACW are all on queue.',
  ),
  rate(
    'adherence',
    share,
    'adherent_ms',
    'scheduled_ms',
    'Whether at the right time. NULL without a schedule.',
    connect,
  ),
  number('scheduled_on_queue_ms', 'ms', 'time planned as AVAILABLE, ON_CONTACT or ACW', '0 without a schedule.'),
  number('on_queue_ms', 'ms', 'available_ms + on_contact_ms', 'Whether planned or not.'),
  rate(
    'conformance',
    'ratio',
    'on_queue_ms',
    'scheduled_on_queue_ms',
    'How much, not when: overtime makes up for a late start, and it can exceed 1. NULL without a schedule.',
    genesys,
  ),
];

const interval = plain('agent_status_intervals');
export const agentStatus = [
  interval(
    'class',
    'dimension',
    'class of the status by agent_status_classes: of its system, else common, else UNKNOWN',
    'Capitals, spaces and punctuation do not matter.',
    own,
  ),
  interval(
    'duration_ms',
    'ms',
    'ended_at - started_at',
    'Repeats of a status run on. Statuses at one instant: the last in order holds.',
    own,
  ),
];
