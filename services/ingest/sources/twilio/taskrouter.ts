import { type Fault, isObject } from '../../domain/fault';
import { identitiesOf, ownNumber, type SentIdentity } from '../identities';
import { VendorRecord } from '../record';
import { Facts } from '../record-facts';
import type { Adapted } from '../source';
import { system, twilioIdentity, twilioTime } from './names';

/** From this day on `worker_time_in_previous_activity` is in seconds, before it was in milliseconds. */
const secondsSince = Date.UTC(2021, 4, 21);

const taskChannels = new Map<string, string>([
  ['voice', 'VOICE'],
  ['video', 'VIDEO'],
  ['chat', 'CHAT'],
  ['web', 'CHAT'],
  ['sms', 'SMS'],
  ['email', 'EMAIL'],
]);

/** What a task's attributes say in JSON; nothing where they are no JSON. Flex and most flows use these names. */
function attributesOf(text: string | undefined): Record<string, unknown> {
  try {
    // Tasks hold a few kilobytes; whatever is longer, or nested to break a reader, is none of Twilio's.
    const value: unknown = text && text.length < 100_000 ? JSON.parse(text) : {};
    return isObject(value) ? value : {};
  } catch {
    return {};
  }
}

/** An event as it stands in a form (`TaskSid`) or in Event Streams (`task_sid`): asked for by the latter name. */
export class RouterEvent {
  constructor(
    readonly record: VendorRecord,
    private readonly isForm: boolean,
  ) {}

  name(field: string): string {
    if (!this.isForm) return field === 'event_type' ? 'eventtype' : field;
    return field.replace(/(?:^|_)([a-z])/g, (_all, letter: string) => letter.toUpperCase());
  }

  text(field: string): string | undefined {
    return this.record.text(this.name(field));
  }
}

interface Step {
  event: RouterEvent;
  facts: Facts;
  at: number | undefined;
  task: string;
  reservation: string;
}

const worker = ({ event }: Step): object => ({ type: 'AGENT', id: event.text('worker_sid') });
const queueOf = ({ event }: Step): object => ({
  id: event.text('task_queue_sid'),
  name: event.text('task_queue_name'),
});

const reserved =
  (type: string, fields: (step: Step) => object = () => ({})) =>
  (step: Step): void =>
    step.facts.add(`${step.reservation}/${type}`, type, step.at, { actor: worker(step), ...fields(step) });

const leftQueue =
  (code: string) =>
  (step: Step): void =>
    // A task may come through the same queue twice: the time it came tells the visits apart.
    step.facts.add(`${step.task}/left/${step.at}`, 'queue.left', step.at, { queue: queueOf(step), outcome: { code } });

const transfer =
  (type: string) =>
  (step: Step): void =>
    step.facts.add(`${step.task}/${type}/${step.at}`, type, step.at, {
      actor: worker(step),
      outcome: { code: step.event.text('transfer_mode')?.toLowerCase() },
    });

const steps = new Map<string, (step: Step) => void>([
  ['task.created', ({ facts, task, at }) => facts.add(`${task}/created`, 'task.created', at)],
  ['task-queue.entered', enteredQueue],
  ['task-queue.moved', leftQueue('moved')],
  ['task-queue.timeout', leftQueue('timeout')],
  ['reservation.created', reserved('offer.made', (step) => ({ queue: queueOf(step) }))],
  ['reservation.accepted', accepted],
  ['reservation.rejected', reserved('offer.rejected')],
  ['reservation.timeout', reserved('offer.timeout')],
  // Flex counts both as missed; the code tells the one whose task another worker took first.
  ['reservation.rescinded', reserved('offer.timeout', () => ({ outcome: { code: 'rescinded' } }))],
  ['reservation.wrapup', reserved('agent.left')],
  ['reservation.completed', reserved('wrapup.completed')],
  ['task.transfer-initiated', transfer('transfer.started')],
  ['task.transfer-completed', transfer('transfer.completed')],
  ['task.transfer-failed', transfer('transfer.failed')],
  ['task.transfer-attempt-failed', transfer('transfer.failed')],
  ['task.transfer-canceled', transfer('transfer.failed')],
  ['task.completed', completed],
  ['task.canceled', canceled],
]);

/** A TaskRouter event. `reservation.completed` ends the wrap-up of one worker, `task.completed` the whole. */
export function adaptTaskRouter(fields: unknown, shape: 'form' | 'stream'): Adapted {
  const faults: Fault[] = [];
  const event = new RouterEvent(new VendorRecord(fields, faults), shape === 'form');
  const kind = event.record.needed(event.name('event_type'));
  const at = timeOf(event);
  const account = event.text('account_sid');
  const read = steps.get(kind);
  let adapted: Facts | undefined;
  if (kind === 'worker.activity.update') adapted = activity(event, at, account);
  else if (read) adapted = taskFacts(event, at, account, read);
  if (faults.length > 0) return { faults };
  if (!adapted) return { events: [], skipped: 'router_event_without_a_fact' };
  return adapted.events.length > 0 ? { events: adapted.events } : { events: [], skipped: 'nothing_to_tell' };
}

/** Milliseconds where the event has them, else seconds or ISO 8601. */
function timeOf({ record }: RouterEvent): number | undefined {
  for (const field of ['TimestampMs', 'timestamp_ms', 'Timestamp', 'timestamp']) {
    if (record.has(field)) return record.time(field, twilioTime);
  }
  record.refuse('Timestamp', 'missing', 'is required');
  return undefined;
}

function taskFacts(
  event: RouterEvent,
  at: number | undefined,
  account: string | undefined,
  read: (step: Step) => void,
): Facts {
  const task = event.record.needed(event.name('task_sid'));
  const own = new VendorRecord(attributesOf(event.text('task_attributes')), []);
  const call = own.text('call_sid');
  const conversation =
    own.text('conversationSid') ?? own.text('channelSid') ?? own.object('conversations').text('conversation_id');
  const unique = event.text('task_channel_unique_name')?.toLowerCase() ?? '';
  const kind = own.text('channelType')?.toLowerCase() ?? '';
  const facts = new Facts(system, account, {
    channel: kind === 'whatsapp' ? 'MESSAGING' : (taskChannels.get(kind) ?? taskChannels.get(unique) ?? 'TASK'),
    provider: kind || undefined,
    direction: directionOf(own),
    // A call and the task made for it are one connection.
    interaction_id: call ?? task,
    contact_id: call ?? conversation ?? task,
    thread_id: conversation,
    identities: customerOf(own, task),
  });
  read({ event, facts, at, task, reservation: event.text('reservation_sid') ?? `${task}/${at}` });
  return facts;
}

function directionOf(own: VendorRecord): string | undefined {
  const direction = own.text('direction')?.toLowerCase() ?? '';
  if (direction.startsWith('inbound')) return 'INBOUND';
  return direction.startsWith('outbound') ? 'OUTBOUND' : undefined;
}

/** Attribute names of Flex, Studio and Twilio's own examples; the customer of an outgoing call is who is called. */
function customerOf(own: VendorRecord, task: string): SentIdentity[] {
  const customers = own.object('customers');
  const isOutward = directionOf(own) === 'OUTBOUND';
  const called = own.text('outbound_to') ?? own.text('to') ?? own.text('called');
  const calling = own.text('from') ?? own.text('caller');
  return identitiesOf(
    [
      twilioIdentity(customers.text('email') ?? own.text('email')),
      twilioIdentity(own.text('customerAddress') ?? (isOutward ? called : calling)),
    ],
    `${system}:task:${task}`,
    ownNumber(system, customers.text('customer_id') ?? own.text('customer_id')),
  );
}

function enteredQueue(step: Step): void {
  const { event, facts, task, at } = step;
  const entered = event.record.time(event.name('task_queue_entered_date'), twilioTime) ?? at;
  facts.add(`${task}/queued/${entered}`, 'queue.entered', entered, { queue: queueOf(step) });
}

function accepted(step: Step): void {
  reserved('offer.accepted')(step);
  reserved('agent.joined', () => ({
    queue: queueOf(step),
    attributes: { worker_name: step.event.text('worker_name') },
  }))(step);
}

function completed({ event, facts, task, at }: Step): void {
  const reason = event.text('task_completed_reason') ?? event.text('reason');
  facts.add(`${task}/ended`, 'interaction.ended', at, { outcome: { code: reason } });
}

/** A task can be canceled only while nobody has taken it. Because the customer hung up, or by a rule of the workflow. */
function canceled(step: Step): void {
  const { event, facts, task, at } = step;
  const reason = event.text('task_canceled_reason') ?? event.text('reason');
  const queue = queueOf(step);
  const hungUp = reason === undefined || /hang ?up|hung ?up|customer|caller|abandon/i.test(reason);
  const entered = event.record.time(event.name('task_queue_entered_date'), twilioTime);
  const wait_ms = entered === undefined || at === undefined ? undefined : Math.max(0, at - entered);
  if (hungUp) {
    const outcome = { code: reason, disconnect_by: 'customer' };
    facts.add(`${task}/abandoned`, 'queue.abandoned', at, { queue, durations: { wait_ms }, outcome });
  } else {
    facts.add(`${task}/canceled`, 'queue.left', at, { queue, durations: { wait_ms }, outcome: { code: reason } });
  }
  facts.add(`${task}/ended`, 'interaction.ended', at, { outcome: { disconnect_by: hungUp ? 'customer' : 'system' } });
}

/** A worker's activity: a staff event. The time in the activity before is kept in milliseconds, whatever it came in. */
function activity(event: RouterEvent, at: number | undefined, account: string | undefined): Facts {
  const { record } = event;
  const id = record.needed(event.name('worker_sid'));
  const unit = at !== undefined && at >= secondsSince ? 1_000 : 1;
  const before =
    record.duration(event.name('worker_time_in_previous_activity_ms'), 1) ??
    record.duration(event.name('worker_time_in_previous_activity'), unit);
  const facts = new Facts(system, account, { channel: 'UNKNOWN', actor: { type: 'AGENT', id } });
  facts.add(`${id}/activity/${at}`, 'agent.status_changed', at, {
    attributes: {
      status: event.text('worker_activity_name'),
      previous_status: event.text('worker_previous_activity_name'),
      previous_status_ms: before === undefined ? undefined : String(before),
      worker_name: event.text('worker_name'),
    },
  });
  return facts;
}
