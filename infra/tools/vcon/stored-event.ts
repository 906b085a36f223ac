/** A row of `interactions` as the engine gives it: times in epoch milliseconds, '' and null for what is not there. */
export interface StoredEvent {
  event_id: string;
  event_type: string;
  occurred_at_ms: number;
  observed_at_ms: number | null;
  customer_id: string;
  identity_type: string;
  identity_verified: boolean;
  channel: string;
  interaction_id: string;
  contact_id: string;
  previous_interaction_id: string;
  source_system: string;
  source_instance: string;
  actor_type: string;
  actor_id: string;
  direction: string;
  stage: string;
  outcome_code: string;
  attributes: Record<string, string>;
  [column: string]: unknown;
}

type Fields = Record<string, unknown>;

/** Columns of a prefix as an object; undefined when none of them has a value. */
function grouped(row: StoredEvent, columns: Readonly<Record<string, string>>, empty?: string): Fields | undefined {
  const entries = Object.entries(columns).flatMap(([field, column]) => {
    const value = row[column];
    return value === '' || value === null || value === undefined || value === empty ? [] : [[field, value] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

const own = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, name]));
const prefixed = (prefix: string, ...names: string[]): Record<string, string> =>
  Object.fromEntries(names.map((name) => [name, `${prefix}_${name}`]));

const plain = own(
  ...['channel', 'provider', 'direction', 'stage', 'interaction_id', 'contact_id', 'previous_interaction_id'],
  ...['thread_id', 'case_id', 'order_id', 'campaign_id'],
);
const durations = own(
  ...['wait_ms', 'ring_ms', 'ivr_ms', 'talk_ms', 'hold_ms', 'acw_ms', 'focus_ms', 'response_ms', 'total_ms'],
);
const outcome = { status: 'outcome', code: 'outcome_code', ...own('resolved_by', 'disconnect_by', 'goal') };

/**
 * A stored event in the form of `POST /v1/events`: sent again, it makes the same row but for who the customer is where
 * only a pseudonym is stored, which stands as an anonymous identity of its own. Texts are not in the engine.
 */
export function sentEvent(row: StoredEvent): Fields {
  const commerce = grouped(
    row,
    prefixed('commerce', 'type', 'value_minor', 'currency', 'offered', 'accepted'),
    'UNKNOWN',
  );
  const products = row.commerce_product_ids as string[];
  const event: Fields = {
    event_id: row.event_id,
    event_type: row.event_type,
    occurred_at: row.occurred_at_ms,
    observed_at: row.observed_at_ms,
    source: grouped(row, prefixed('source', 'system', 'instance', 'event_id', 'sequence')),
    ...grouped(row, plain),
    identities: [identityOf(row)],
    actor: grouped(row, prefixed('actor', 'type', 'id', 'team'), 'UNKNOWN'),
    queue: queueOf(row),
    intents: intentsOf(row),
    emotion: grouped(row, prefixed('emotion', 'score', 'label', 'raw', 'model')),
    outcome: grouped(row, outcome, 'UNKNOWN'),
    durations: grouped(row, durations),
    commerce: products.length > 0 ? { ...commerce, product_ids: products } : commerce,
    survey: grouped(row, prefixed('survey', 'kind', 'score', 'scale_min', 'scale_max'), 'UNKNOWN'),
    cost: grouped(row, { amount_minor: 'cost_minor', currency: 'cost_currency' }),
    page: grouped(row, prefixed('page', 'url', 'path', 'title', 'referrer')),
    attributes: Object.keys(row.attributes).length > 0 ? row.attributes : undefined,
  };
  return Object.fromEntries(Object.entries(event).filter(([, value]) => value !== undefined && value !== null));
}

/** A verified customer_id is stored as it is; whatever begins with ~ is a keyed hash, and no customer_id to anybody else. */
function identityOf({ customer_id, identity_type, identity_verified }: StoredEvent): Fields {
  const isKnown = identity_type === 'customer_id' && identity_verified && !customer_id.startsWith('~');
  return isKnown
    ? { type: 'customer_id', value: customer_id, verified: true }
    : { type: 'anonymous_id', value: customer_id, verified: false };
}

/** The column `queue` holds the id, or the name where there is none. */
function queueOf(row: StoredEvent): Fields | undefined {
  const queue = grouped(row, { id: 'queue', name: 'queue_name', skill: 'queue_skill' });
  if (queue?.id !== undefined && queue.id === queue.name) delete queue.id;
  return queue;
}

function intentsOf(row: StoredEvent): Fields[] | undefined {
  const kinds = { intent: 'INTENT', topic: 'TOPIC', reason: 'REASON', desire: 'DESIRE' };
  const intents = Object.entries(kinds).flatMap(([column, kind]) => {
    const label = row[column];
    if (typeof label !== 'string' || label === '') return [];
    const more = kind === 'INTENT' ? grouped(row, prefixed('intent', 'confidence', 'model')) : {};
    return [{ label, kind, ...more }];
  });
  return intents.length > 0 ? intents : undefined;
}
