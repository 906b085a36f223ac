import { AuditDatabase } from '../../support/audit-database';

/** A leg as the table takes it; times are `YYYY-MM-DD hh:mm:ss[.mmm]` (UTC). What is left out has the table's default. */
export interface LegGiven {
  customer_id: string;
  leg_id: string;
  session_id: string;
  contact_id: string;
  channel: string;
  arrived_at: string;
  ended_at: string;
  [column: string]: unknown;
}

export type SessionGiven = Record<string, unknown>;

type Argument = string | number | null;

/** What a test names of a leg: `at` = [arrival, end]; the customer is `c`, its session and contact `s` and `k` if not given. */
export type LegSketch = Partial<LegGiven> & { at: [string, string] };

let legs = 0;

/** An inbound leg by phone that says nothing more than it is told to. */
export function leg({ at: [arrived_at, ended_at], ...given }: LegSketch): LegGiven {
  legs += 1;
  return {
    customer_id: 'c',
    leg_id: `leg-${String(legs).padStart(6, '0')}`,
    session_id: 's',
    contact_id: 'k',
    channel: 'VOICE',
    stage: 'UNKNOWN',
    direction: 'INBOUND',
    outcome: 'UNKNOWN',
    arrived_at,
    ended_at,
    ...given,
  };
}

/** A contact of one leg in a session of its own, with people on it and settled. */
let contacts = 0;
export function call(sketch: LegSketch): LegGiven {
  contacts += 1;
  return leg({
    session_id: `s-${contacts}`,
    contact_id: `k-${contacts}`,
    stage: 'AGENT',
    answered_at: sketch.at[0],
    outcome: 'SUCCESS',
    ...sketch,
  });
}

/** Sessions that hold the given legs: from the first to the last, with the first intent. */
export function sessionsOf(rows: readonly LegGiven[]): SessionGiven[] {
  const by = new Map<string, LegGiven[]>();
  for (const row of rows) {
    const key = JSON.stringify([row.customer_id, row.session_id]);
    by.set(key, [...(by.get(key) ?? []), row]);
  }
  return [...by.values()].map((of) => ({
    customer_id: of[0].customer_id,
    session_id: of[0].session_id,
    started_at: of.map(({ arrived_at }) => arrived_at).sort()[0],
    ended_at: of
      .map(({ ended_at }) => ended_at)
      .sort()
      .at(-1),
    intent: of.map(({ intent }) => intent ?? '').find((intent) => intent !== '') ?? '',
  }));
}

/** A database of its own, and the views over journeys and contacts in it. */
export class JourneyTables {
  private constructor(private readonly database: AuditDatabase) {}

  static async open(url: string, name: string): Promise<JourneyTables> {
    return new JourneyTables(await AuditDatabase.open(url, name));
  }

  close(): Promise<void> {
    return this.database.client.close();
  }

  async insert(table: string, rows: object[]): Promise<void> {
    await this.database.insertRows(table, rows);
  }

  /** Legs with the sessions they make. */
  async insertLegs(rows: LegGiven[]): Promise<void> {
    const signed = { version: 1, sign: 1 };
    await this.insert(
      'legs',
      rows.map((row) => ({ ...signed, ...row })),
    );
    await this.insert(
      'sessions',
      sessionsOf(rows).map((row) => ({ ...signed, ...row })),
    );
  }

  async empty(...tables: string[]): Promise<void> {
    for (const table of tables) await this.database.client.command({ query: `TRUNCATE TABLE ${table}` });
  }

  query<Row = Record<string, unknown>>(query: string): Promise<Row[]> {
    return this.database.rows<Row>(query);
  }

  /** Rows of a view with parameters, of the columns asked for, in order of all of them. */
  view<Row = Record<string, unknown>>(
    name: string,
    parameters: Record<string, Argument>,
    columns: string,
  ): Promise<Row[]> {
    const list = Object.entries(parameters).map(([key, value]) => `${key} = ${literal(value)}`);
    return this.query(`SELECT ${columns} FROM ${name}(${list.join(', ')}) ORDER BY ALL`);
  }
}

const literal = (value: Argument): string => (typeof value === 'string' ? `'${value}'` : String(value));
