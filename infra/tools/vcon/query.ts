import type { ClickHouseClient } from '@clickhouse/client';
import type { StoredEvent } from './stored-event';

/** What to write: a contact or a session, and what tells it apart where the name alone does not. */
export interface VconRequest {
  contact?: string;
  session?: string;
  customer?: string;
  system?: string;
}

export class VconRefused extends Error {}

/** Reads what was asked for; throws with what is missing. */
export function requestOf({ CONTACT, SESSION, CUSTOMER, SYSTEM }: Record<string, string | undefined>): VconRequest {
  if (!CONTACT === !SESSION) throw new VconRefused('name one of them: make vcon CONTACT=… or make vcon SESSION=…');
  return {
    contact: CONTACT || undefined,
    session: SESSION || undefined,
    customer: CUSTOMER || undefined,
    system: SYSTEM || undefined,
  };
}

const columns = `* EXCEPT (occurred_at, received_at, observed_at, late, sessionised, kafka_partition),
  toUnixTimestamp64Milli(occurred_at) AS occurred_at_ms, toUnixTimestamp64Milli(observed_at) AS observed_at_ms`;
const order = 'ORDER BY occurred_at, source_sequence, event_id';

/**
 * The events of one conversation, in total order, with the name under which its vCon is known. Throws VconRefused when
 * there is none, or when several conversations have the name.
 */
export async function conversation(
  client: ClickHouseClient,
  request: VconRequest,
): Promise<{ key: string; events: StoredEvent[] }> {
  const events = await (request.session === undefined
    ? contactEvents(client, request)
    : sessionEvents(client, request));
  if (events.length === 0) throw new VconRefused(`nothing is known of ${request.contact ?? request.session}`);
  const scopes = new Set(
    events.map((event) =>
      [event.customer_id, ...(request.session ? [] : [event.source_system, event.source_instance])].join(' '),
    ),
  );
  if (scopes.size > 1) {
    const list = [...scopes].slice(0, 5).join('; ');
    throw new VconRefused(`${scopes.size} conversations have that name: add CUSTOMER=… or SYSTEM=… (${list})`);
  }
  const [{ customer_id, source_system, source_instance }] = events;
  const key = request.session
    ? ['session', customer_id, request.session]
    : ['contact', customer_id, source_system, source_instance, request.contact];
  return { key: key.join('\0'), events };
}

/** The source's own contact, or the one that legs were joined to (a call and its reconnect). */
const contactEvents = (client: ClickHouseClient, { contact = '', customer = '', system = '' }: VconRequest) =>
  rows(
    client,
    `SELECT ${columns} FROM interactions
     WHERE customer_id != '' AND ({customer:String} = '' OR customer_id = {customer:String})
       AND ({system:String} = '' OR source_system = {system:String})
       AND (contact_id = {contact:String} OR interaction_id = {contact:String}
         OR (interaction_id != '' AND (customer_id, interaction_id) IN (
           SELECT customer_id, interaction_id FROM legs_current WHERE contact_id = {contact:String})))
     ${order}`,
    { contact, customer, system },
  );

/** Sessions of one customer never overlap: what takes part in sessions and lies in the time of this one belongs to it. */
const sessionEvents = (client: ClickHouseClient, { session = '', customer = '', system = '' }: VconRequest) =>
  rows(
    client,
    `WITH found AS (
       SELECT customer_id, started_at, ended_at FROM sessions_current
       WHERE session_id = {session:String} AND ({customer:String} = '' OR customer_id = {customer:String}))
     SELECT ${columns} FROM interactions
     INNER JOIN found USING (customer_id)
     WHERE sessionised AND interactions.occurred_at BETWEEN found.started_at AND found.ended_at
       AND ({system:String} = '' OR source_system = {system:String})
       AND (NOT late OR (customer_id, event_id) IN (
         SELECT customer_id, event_id FROM late_repairs WHERE repaired_at IS NOT NULL))
     ${order}`,
    { session, customer, system },
  );

async function rows(client: ClickHouseClient, query: string, query_params: object): Promise<StoredEvent[]> {
  const result = await client.query({
    query,
    query_params: query_params as Record<string, unknown>,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<StoredEvent>();
}
