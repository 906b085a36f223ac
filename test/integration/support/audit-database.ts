import { type EnrichedEvent, type SessionRow, schemaTexts } from '../../../schemas/types';
import { enrichEvent } from '../../../services/enrich/domain/enrich-event';
import { validate } from '../../../services/ingest/domain/validate';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { MigratedDatabase } from './migrated-database';

/** What an audit tells of one session; `expected` and `found` are [start, end, events, contacts], null where there is none. */
export interface AuditRow {
  customer_id: string;
  session_id: string;
  started_at: number;
  reason: string;
  expected: number[] | null;
  found: number[] | null;
  late_event_count: number;
}

/** The part of a session row that the audit looks at. */
export type FoundSession = Pick<
  SessionRow,
  'session_id' | 'started_at' | 'ended_at' | 'event_count' | 'contact_count'
> & {
  customer_id: string;
} & Partial<Pick<SessionRow, 'rule_version' | 'version'>>;

/** Epoch ms. `up_to` left out lets the database decide; otherwise it is bound, null too. */
export interface AuditRange {
  from: number;
  to: number;
  up_to?: number | null;
}

const defaults = Object.fromEntries(
  (
    JSON.parse(schemaTexts[valueSchemas[topics.enriched]]) as { fields: { name: string; default?: unknown }[] }
  ).fields.map((field) => [field.name, field.default ?? null]),
);

/** A customer's event that takes part in sessions and is not late, with nothing in it but what is given. */
export const eventOf = (
  given: Partial<EnrichedEvent> & Pick<EnrichedEvent, 'customer_id' | 'event_id' | 'occurred_at'>,
): EnrichedEvent => ({
  ...(defaults as unknown as EnrichedEvent),
  event_type: 'test.event',
  received_at: given.occurred_at,
  source_system: 'test',
  channel: 'WEB',
  sessionised: true,
  ...given,
});

/** An event in its public form as enrich writes it. Throws when ingest would refuse it. */
export function enriched(event: unknown, late: boolean): EnrichedEvent {
  const validated = validate(event, Date.UTC(2026, 5, 1));
  if (!validated.ok) throw new Error(JSON.stringify(validated.faults));
  return enrichEvent(validated.event, late, { key: 'customer-dynamics-local-unsafe-key' });
}

/** A database of its own with all migrations applied, for sessions and their audit. */
export class AuditDatabase extends MigratedDatabase {
  static async open(url: string, database: string): Promise<AuditDatabase> {
    return new AuditDatabase(await MigratedDatabase.migrated(url, database));
  }

  async insert(events: EnrichedEvent[], sessions: FoundSession[]): Promise<void> {
    await this.insertRows('interactions', events);
    const rows = sessions.map((row) => ({ rule_version: 1, version: 1, sign: 1, ...row }));
    await this.insertRows('sessions', rows);
  }

  /** The audit's rows, in order of customer and start. */
  async audit({ from, to, up_to }: AuditRange): Promise<AuditRow[]> {
    const time = (at: number): string => new Date(at).toISOString().replace('T', ' ').slice(0, -1);
    const upTo = up_to === undefined ? '' : ', up_to = {up_to:Nullable(String)}';
    const session = (kind: string): string =>
      `if(${kind}_started_at IS NULL, [], [toUnixTimestamp64Milli(assumeNotNull(${kind}_started_at)),
         toUnixTimestamp64Milli(assumeNotNull(${kind}_ended_at)), toInt64(${kind}_event_count), toInt64(${kind}_contact_count)])`;
    const rows = await this.rows<AuditRow & { expected: number[]; found: number[] }>(
      `SELECT customer_id, session_id, toUnixTimestamp64Milli(started_at) AS started_at, reason,
         ${session('expected')} AS expected, ${session('found')} AS found, late_event_count
       FROM sessionization_audit(from = {from:String}, to = {to:String}${upTo})
       ORDER BY customer_id, started_at, session_id`,
      {
        from: time(from),
        to: time(to),
        ...(up_to === undefined ? {} : { up_to: up_to === null ? null : time(up_to) }),
      },
    );
    return rows.map((row) => ({
      ...row,
      expected: row.expected.length > 0 ? row.expected : null,
      found: row.found.length > 0 ? row.found : null,
    }));
  }
}
