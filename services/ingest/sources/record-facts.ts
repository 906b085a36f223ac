/** An event in our own JSON form, before validation. */
export type Sent = Record<string, unknown> & { event_type: string };

/** What of an event a fact adds to what all facts of its record share. */
export type FactFields = Record<string, unknown>;

/**
 * Order of facts that a source reports for the same millisecond: a hold ends before the agent leaves, a queue is entered
 * before anybody answers. Goes into `source.sequence`, which breaks ties of `occurred_at`; a constant of the type, since
 * a record that grows must not renumber the facts that were there.
 */
const order: readonly string[] = [
  'interaction.started',
  'ivr.menu_entered',
  'bot.session_started',
  'ivr.invalid_input',
  'bot.fallback',
  'bot.handoff_requested',
  'bot.session_ended',
  'ivr.ended',
  'task.created',
  'callback.scheduled',
  'queue.entered',
  'offer.made',
  'offer.accepted',
  'offer.rejected',
  'offer.timeout',
  'queue.left',
  'queue.abandoned',
  'callback.attempted',
  'agent.joined',
  'interaction.connected',
  'callback.reached',
  'message.sent',
  'message.delivered',
  'message.read',
  'message.failed',
  'hold.started',
  'hold.ended',
  'transfer.started',
  'transfer.completed',
  'transfer.failed',
  'interaction.ended',
  'agent.left',
  'wrapup.completed',
  'task.completed',
  'interaction.billed',
];

/**
 * Makes the events of one record of a vendor. `id` is the fact's own id within `system` and `instance`: it must be the
 * same on every delivery, and so must everything in the event but `observed_at`: what a later version of the record
 * adds belongs into a fact of its own, or enrich takes the repeat for a conflict.
 */
export class Facts {
  readonly events: Sent[] = [];

  constructor(
    private readonly system: string,
    private readonly instance: string | undefined,
    private readonly shared: FactFields,
  ) {}

  /** `at` is epoch milliseconds; without one there is no fact. */
  add(id: string, event_type: string, at: number | undefined, fields: FactFields = {}): void {
    if (at === undefined) return;
    const sequence = order.indexOf(event_type);
    const event: Sent = {
      ...this.shared,
      ...given(fields),
      event_type,
      occurred_at: at,
      source: {
        system: this.system,
        instance: this.instance ?? null,
        event_id: id,
        sequence: sequence < 0 ? null : sequence,
      },
    };
    this.events.push(event);
  }
}

/** Without the fields that are undefined; of inner objects too. An object of which nothing is left goes. */
export function given(fields: FactFields): FactFields {
  const kept: FactFields = {};
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (typeof value !== 'object' || Array.isArray(value)) kept[name] = value;
    else {
      const inner = given(value as FactFields);
      if (Object.keys(inner).length > 0) kept[name] = inner;
    }
  }
  return kept;
}

const attributeCount = 60;
const attributeBytes = 14_000;
const attributeChars = 4_000;

/**
 * A vendor's own map as attributes: texts, numbers and booleans, in the order of their names, as many as fit the bounds of
 * an event. What does not fit is left out: it must not cost the record.
 */
export function attributesOf(map: Readonly<Record<string, unknown>>, prefix = ''): Record<string, string> | undefined {
  const kept: [string, string][] = [];
  let bytes = 0;
  for (const name of Object.keys(map).sort()) {
    const value = map[name];
    if (!['string', 'number', 'boolean'].includes(typeof value) || value === '') continue;
    const key = `${prefix}${name}`;
    const text = String(value)
      .slice(0, attributeChars)
      .replace(/\p{Cs}/gu, '\ufffd');
    const size = Buffer.byteLength(key) + Buffer.byteLength(text);
    const isName = key.length <= 100 && key !== '__proto__' && /^[^\p{Cc}\p{Cs}]+$/u.test(key);
    if (!isName || bytes + size > attributeBytes || kept.length === attributeCount) continue;
    bytes += size;
    kept.push([key, text]);
  }
  return kept.length > 0 ? Object.fromEntries(kept) : undefined;
}

/** Last part of an ARN or URL-like path: the id itself. */
export const lastPart = (path: string | undefined): string | undefined => path?.split('/').pop() || undefined;
