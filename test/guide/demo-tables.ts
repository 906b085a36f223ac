import type { ClickHouseClient } from '@clickhouse/client';
import { tellOrganisation } from '../../infra/tools/demo/organisation';
import type { EnrichedEvent, InteractionEvent, SessionEvent } from '../../schemas/types';
import { enrichEvent } from '../../services/enrich/domain/enrich-event';
import { RawTime } from '../../services/enrich/domain/raw-time';
import { validate } from '../../services/ingest/domain/validate';
import { partitionOf } from '../../services/lib/kafka/partitioner';
import { Customer } from '../../services/sessionize/domain/customer';
import type { Changes } from '../../services/sessionize/domain/revision';
import { defaultRules } from '../../services/sessionize/domain/rules';
import { inputFields } from '../../services/sessionize/input';
import type { Simulation } from '../simulator/simulate';

const partitions = 4;
const rowsAtOnce = 20_000;
const rules = { key: 'customer-dynamics-local-unsafe-key' };
/** Ingest's clock. What depends on it differs from a demo that was really sent. */
const receivedAt = Date.UTC(2026, 5, 1);

/**
 * Fills the landing tables with what a simulation leaves behind once its late events are repaired, by the services' pure
 * rules and without a broker: the same rows as `make demo`, but for versions and the times at which things were received.
 */
export async function loadDemoTables(client: ClickHouseClient, { lines, settings }: Simulation): Promise<void> {
  await tellOrganisation(client, { ...settings });
  const rawTimes = Array.from({ length: partitions }, () => new RawTime(defaultRules.lateness_ms));
  const byCustomer = new Map<string, SessionEvent[]>();
  const seen = new Set<string>();
  const events: (EnrichedEvent & { kafka_partition: number })[] = [];
  for (const { event: line } of lines) {
    const event = accepted(line);
    if (seen.has(event.event_id)) continue;
    seen.add(event.event_id);
    const late = rawTimes[partitionOf(event.event_id, partitions)]!.observe(event);
    const enriched = enrichEvent(event, late, rules);
    events.push({ ...enriched, kafka_partition: partitionOf(enriched.customer_id, partitions) });
    if (!enriched.sessionised) continue;
    byCustomer.set(enriched.customer_id, [...(byCustomer.get(enriched.customer_id) ?? []), stateEvent(enriched)]);
  }
  await insert(client, 'interactions_landing', events);
  await insert(client, 'sessions_landing', [...byCustomer].map(changeSet));
  const late = events.filter((event) => event.late && event.sessionised);
  await insert(
    client,
    'late_repairs',
    late.map(({ customer_id, event_id }) => ({ customer_id, event_id, repaired_at: receivedAt })),
  );
  await insert(client, 'pipeline_status_log', statusRows(rawTimes));
}

/** Everything has arrived: figures are final up to audit_safe_until, as once a replay has drained. */
function statusRows(rawTimes: readonly RawTime[]): object[] {
  const raw_time = Object.fromEntries(rawTimes.map(({ value }, partition) => [partition, value]));
  const numbers = Array.from({ length: partitions }, (_, partition) => partition);
  return ['interactions.enriched', 'sessions'].flatMap((topic) =>
    numbers.map((partition) => ({
      topic,
      partition,
      loaded_offset: 1,
      loaded_until: receivedAt,
      raw_partitions: partitions,
      raw_time,
      raw_offset: Object.fromEntries(numbers.map((of) => [of, 1])),
    })),
  );
}

function accepted(line: unknown): InteractionEvent {
  const validated = validate(line, receivedAt);
  if (!validated.ok) throw new Error(`${JSON.stringify(line)}: ${JSON.stringify(validated.faults)}`);
  return validated.event;
}

const stateEvent = (event: EnrichedEvent): SessionEvent =>
  Object.fromEntries(inputFields.map((name) => [name, event[name as keyof EnrichedEvent]])) as unknown as SessionEvent;

function changeSet([customer_id, events]: [string, SessionEvent[]], index: number): object {
  const customer = new Customer(defaultRules);
  const changes: Changes = { sessions: [], legs: [] };
  customer.add(events);
  customer.revise(index + 1, changes);
  return { customer_id, change_seq: index + 1, ...changes, kafka_partition: partitionOf(customer_id, partitions) };
}

/** In blocks; what is empty is left out, since the tables' defaults say the same. */
async function insert(client: ClickHouseClient, table: string, rows: object[]): Promise<void> {
  for (let from = 0; from < rows.length; from += rowsAtOnce) {
    const values = rows
      .slice(from, from + rowsAtOnce)
      .map((row) => Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== '')));
    await client.insert({ table, values, format: 'JSONEachRow' });
  }
}
