import type { ClickHouseClient } from '@clickhouse/client';
import type { EnrichedEvent, LegRow, SessionEvent, SessionRow } from '../../../../schemas/types';
import { enrichEvent } from '../../../../services/enrich/domain/enrich-event';
import { RawTime } from '../../../../services/enrich/domain/raw-time';
import { RepeatWindow } from '../../../../services/enrich/domain/repeat-window';
import { validate } from '../../../../services/ingest/domain/validate';
import { partitionOf } from '../../../../services/lib/kafka/partitioner';
import { Customer } from '../../../../services/sessionize/domain/customer';
import { type Changes, takeBack } from '../../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../../services/sessionize/domain/rules';
import { Watermark } from '../../../../services/sessionize/domain/watermark';
import { inputFields } from '../../../../services/sessionize/input';

const partitions = 4;
const rowsAtOnce = 10_000;
const receivedAt = Date.UTC(2026, 5, 1);

/** Everything about one customer that a repair reads: all events, and the rows that stand. */
interface Person {
  state: Customer;
  events: SessionEvent[];
  sessions: Map<string, SessionRow>;
  legs: Map<string, LegRow>;
}

/**
 * The services' own rules, without a broker, in front of the landing tables of a real engine: what enrich and sessionize
 * would write commit by commit, revisions, eviction and repairs of late events included.
 */
export class PureWarehouse {
  private readonly rawTimes = Array.from({ length: partitions }, () => new RawTime(defaultRules.lateness_ms));
  private readonly windows = Array.from({ length: partitions }, () => new RepeatWindow(1_000_000, 86_400_000));
  private readonly watermark = new Watermark(partitions);
  private readonly people = new Map<string, Person>();
  private readonly late = new Map<string, SessionEvent[]>();
  private offset = 0;
  private version = 0;
  /** Revisions so far: rows that were taken back. */
  takenBack = 0;

  constructor(private readonly client: ClickHouseClient) {}

  /** Takes lines of a file in, in commits of `commit` lines each, and inserts what they make. */
  async send(lines: readonly unknown[], commit: number): Promise<void> {
    const events: object[] = [];
    const changeSets: object[] = [];
    for (let from = 0; from < lines.length; from += commit) {
      const passed = this.watermark.value();
      const byCustomer = new Map<string, SessionEvent[]>();
      for (const line of lines.slice(from, from + commit)) {
        const event = this.enrich(line);
        if (!event) continue;
        events.push({ ...event, kafka_partition: partitionOf(event.customer_id, partitions) });
        if (!event.sessionised) continue;
        const target = event.late ? this.late : byCustomer;
        target.set(event.customer_id, [...(target.get(event.customer_id) ?? []), stateEvent(event)]);
      }
      for (const [customer_id, own] of byCustomer) {
        const person = this.personOf(customer_id);
        person.state.evict(passed);
        person.events.push(...own);
        person.state.add(own);
        changeSets.push(...this.revise(customer_id, person, { sessions: [], legs: [] }));
      }
    }
    await this.insert('interactions_landing', events);
    await this.insert('sessions_landing', changeSets);
    await this.insert('pipeline_status_log', this.statusRows());
  }

  /** Brings every late event so far into its session: all events of its customer anew, standing rows taken back. */
  async repair(): Promise<void> {
    const changeSets: object[] = [];
    for (const [customer_id, own] of this.late) {
      const person = this.personOf(customer_id);
      person.events.push(...own);
      person.state.add(person.events);
      const changes: Changes = { sessions: [], legs: [] };
      const standing = { sessions: [...person.sessions.values()], legs: [...person.legs.values()] };
      const left = person.state.adopt(standing);
      changes.sessions.push(...left.sessions.map(takeBack));
      changes.legs.push(...left.legs.map(takeBack));
      changeSets.push(...this.revise(customer_id, person, changes));
      person.state.evict(this.watermark.value());
    }
    this.late.clear();
    await this.insert('sessions_landing', changeSets);
  }

  private enrich(line: unknown): EnrichedEvent | undefined {
    const validated = validate(line, receivedAt);
    if (!validated.ok) throw new Error(`${JSON.stringify(line)}: ${JSON.stringify(validated.faults)}`);
    const { event } = validated;
    const p = partitionOf(event.event_id, partitions);
    const body = Buffer.from(JSON.stringify(line));
    if (this.windows[p].observe(event.event_id, body, this.offset++, 0) !== 'new') return undefined;
    const late = this.rawTimes[p].observe(event);
    this.watermark.observe(p, partitions, this.rawTimes[p].value);
    return enrichEvent(event, late, { key: 'customer-dynamics-local-unsafe-key' });
  }

  private personOf(customer_id: string): Person {
    const known = this.people.get(customer_id);
    if (known) return known;
    const person = { state: new Customer(defaultRules), events: [], sessions: new Map(), legs: new Map() };
    this.people.set(customer_id, person);
    return person;
  }

  private revise(customer_id: string, person: Person, changes: Changes): object[] {
    this.version += 1;
    person.state.revise(this.version, changes);
    if (changes.sessions.length + changes.legs.length === 0) return [];
    this.takenBack += stand(person.sessions, changes.sessions, ({ session_id }) => session_id);
    this.takenBack += stand(person.legs, changes.legs, ({ leg_id }) => leg_id);
    const kafka_partition = partitionOf(customer_id, partitions);
    return [{ customer_id, change_seq: this.version, ...structuredClone(changes), kafka_partition }];
  }

  private statusRows(): object[] {
    const numbers = Array.from({ length: partitions }, (_, partition) => partition);
    const raw_time = Object.fromEntries(this.rawTimes.map(({ value }, partition) => [partition, value]));
    const raw_offset = Object.fromEntries(numbers.map((partition) => [partition, this.offset]));
    const row = { loaded_offset: this.offset, loaded_until: receivedAt, raw_partitions: partitions };
    return ['interactions.enriched', 'sessions'].flatMap((topic) =>
      numbers.map((partition) => ({ ...row, topic, partition, raw_time, raw_offset })),
    );
  }

  private async insert(table: string, rows: object[]): Promise<void> {
    for (let from = 0; from < rows.length; from += rowsAtOnce) {
      const values = rows.slice(from, from + rowsAtOnce).map(withoutEmpty);
      await this.client.insert({ table, values, format: 'JSONEachRow' });
    }
  }
}

/** Answers how many rows were taken back. Throws when one is taken back that does not stand. */
function stand<Row extends { sign: number; version: number }>(
  standing: Map<string, Row>,
  rows: readonly Row[],
  idOf: (row: Row) => string,
): number {
  const back = rows.filter(({ sign }) => sign < 0);
  for (const row of back) {
    if (standing.get(idOf(row))?.version !== row.version) throw new Error(`${idOf(row)} does not stand so`);
    standing.delete(idOf(row));
  }
  for (const row of rows) if (row.sign > 0) standing.set(idOf(row), { ...row });
  return back.length;
}

const stateEvent = (event: EnrichedEvent): SessionEvent =>
  Object.fromEntries(inputFields.map((name) => [name, event[name as keyof EnrichedEvent]])) as unknown as SessionEvent;

/** What is empty is left out: the tables' defaults say the same. */
const withoutEmpty = (row: object): object =>
  Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null && value !== ''));
