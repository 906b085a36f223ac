import type { ServiceEvent } from '../../support/recompute/service';
import { AuditDatabase } from '../support/audit-database';

/** Epoch ms of a time in UTC, '2026-03-02 09:00' with seconds and ms if need be. */
export const at = (time: string): number => Date.parse(`${time.replace(' ', 'T')}Z`);

/** The same time, or epoch ms, as a view takes it. */
export const sqlTime = (time: string | number): string =>
  new Date(typeof time === 'number' ? time : at(time)).toISOString().replace('T', ' ').slice(0, -1);

export const minute = 60_000;
export const hour = 60 * minute;
export const day = 24 * hour;

let count = 0;

/** A row of `interactions` with nothing in it but what is given. */
export const serviceEvent = (given: Partial<ServiceEvent> & Pick<ServiceEvent, 'occurred_at'>): ServiceEvent => ({
  event_id: `event-${String(count++).padStart(6, '0')}`,
  event_type: 'test.event',
  customer_id: 'c',
  sessionised: true,
  source_system: 'desk',
  source_instance: '',
  source_sequence: null,
  channel: 'CHAT',
  direction: 'UNKNOWN',
  interaction_id: '',
  contact_id: '',
  case_id: '',
  actor_type: 'UNKNOWN',
  actor_id: '',
  actor_team: '',
  outcome_code: '',
  survey_kind: 'UNKNOWN',
  survey_score: null,
  survey_scale_min: null,
  survey_scale_max: null,
  emotion_score: null,
  emotion_model: '',
  attributes: {},
  ...given,
});

export const statusChange = (
  agent: string,
  time: string,
  status: string,
  more: Partial<ServiceEvent> = {},
): ServiceEvent =>
  serviceEvent({
    event_type: 'agent.status_changed',
    occurred_at: at(time),
    customer_id: '',
    sessionised: false,
    channel: 'UNKNOWN',
    actor_type: 'AGENT',
    actor_id: agent,
    attributes: { status },
    ...more,
  });

export const message = (
  conversation: string,
  time: string,
  actor_type: 'CUSTOMER' | 'AGENT' | 'BOT' | 'SYSTEM' | 'UNKNOWN',
  more: Partial<ServiceEvent> = {},
): ServiceEvent =>
  serviceEvent({ event_type: 'message.sent', occurred_at: at(time), contact_id: conversation, actor_type, ...more });

/** An event of a case that is no message, e.g. case.opened; `status` is what the source calls its new status. */
export const caseEvent = (
  conversation: string,
  time: string,
  event_type: string,
  status = '',
  more: Partial<ServiceEvent> = {},
): ServiceEvent =>
  serviceEvent({
    event_type,
    occurred_at: at(time),
    contact_id: conversation,
    ...(status && { attributes: { status } }),
    ...more,
  });

/** A database with all migrations that takes events, and answers views with times as epoch ms. */
export class ServiceDatabase {
  private constructor(private readonly database: AuditDatabase) {}

  static async open(url: string, name: string): Promise<ServiceDatabase> {
    return new ServiceDatabase(await AuditDatabase.open(url, name));
  }

  close(): Promise<void> {
    return this.database.client.close();
  }

  insert(table: string, rows: object[]): Promise<void> {
    return this.database.insertRows(table, rows);
  }

  insertEvents(events: ServiceEvent[]): Promise<void> {
    return this.insert(
      'interactions',
      events.map(({ actor_type, actor_id, ...event }) => ({
        ...event,
        actor_type,
        actor_id,
        agent_id: actor_type === 'AGENT' ? actor_id : '',
        received_at: event.occurred_at,
      })),
    );
  }

  /** Legs in their first revision, with nothing in them but what is given. */
  insertLegs(legs: object[]): Promise<void> {
    return this.insert(
      'legs',
      legs.map((leg) => ({ version: 1, sign: 1, ...leg })),
    );
  }

  async rows(query: string): Promise<Record<string, unknown>[]> {
    const rows = await this.database.rows<Record<string, unknown>>(query);
    return rows.map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, withMs(value)])));
  }

  /** The only row of a query. */
  async row(query: string): Promise<Record<string, unknown>> {
    const rows = await this.rows(query);
    if (rows.length !== 1) throw new Error(`${rows.length} rows instead of one: ${query}`);
    return rows[0]!;
  }
}

const withMs = (value: unknown): unknown =>
  typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/.test(value) ? at(value) : value;
