import type { ClickHouseClient } from '@clickhouse/client';

/** After how many days what is deleted. 0: never; undefined: as it is. */
export interface Ttl {
  /** What people typed or visited: free text in events, which may name persons. */
  textDays?: number;
  eventsDays?: number;
  /** Sessions, legs, and what is kept per person. */
  sessionsDays?: number;
  /** Sums over persons. */
  rollupsDays?: number;
  /** What is known of refused records: ids of events, and words of errors. */
  deadLettersDays?: number;
}

/** Columns of interactions that hold free text; they become empty. */
const textColumns = ['text', 'page_url', 'page_title', 'page_referrer', 'attributes'];

/** Table, its time, and which setting it follows. Rows that are summed or collapsed together share that time, so no half of them goes. */
const tables: readonly [table: string, time: string, days: keyof Ttl][] = [
  ['interactions', 'toDateTime(occurred_at)', 'eventsDays'],
  ['sessions', 'toDateTime(started_at)', 'sessionsDays'],
  ['legs', 'toDateTime(arrived_at)', 'sessionsDays'],
  ['channel_failure_paths_by_customer', 'day', 'sessionsDays'],
  ['volume_trends_15m', 'bucket_start', 'rollupsDays'],
  ['leg_metrics_15m', 'bucket_start', 'rollupsDays'],
  ['repeat_contacts_days', 'day', 'rollupsDays'],
  ['durable_resolution_days', 'day', 'rollupsDays'],
  ['dead_letters_log', 'toDateTime(origin_at)', 'deadLettersDays'],
  // They name persons, and say something only of events that are there. Decided and asked for after those events.
  ['late_repairs', 'toDateTime(decided_at)', 'eventsDays'],
  ['resessionize_requests', 'toDateTime(requested_at)', 'eventsDays'],
];

/** Small, or the record of what was done or set: kept. */
export const keptTables: readonly string[] = [
  'agent_schedules',
  'agent_status_classes',
  'business_holidays',
  'business_hours',
  'case_status_classes',
  'erasure_buckets',
  'erasure_log',
  'erasure_targets',
  'metric_definitions_log',
  'pipeline_status_log',
  'rate_card',
  'schema_migrations',
  'service_level_targets',
  'session_rules',
];

export const tablesWithTtl: readonly string[] = tables.map(([table]) => table);

/**
 * Brings the tables' TTLs to what is set, once the migrations are applied; answers the statements that it took. Rows go
 * when the engine merges parts next, within hours; turning a TTL off brings nothing back.
 */
export async function applyTtl(client: ClickHouseClient, ttl: Ttl, cluster?: string): Promise<string[]> {
  const result = await client.query({
    query: 'SELECT name, create_table_query FROM system.tables WHERE database = currentDatabase()',
    format: 'JSONEachRow',
  });
  const created = new Map(
    (await result.json<{ name: string; create_table_query: string }>()).map((row) => [
      row.name,
      row.create_table_query,
    ]),
  );
  const statements = ttlStatements(created, ttl, cluster);
  for (const query of statements) await client.command({ query });
  return statements;
}

/** What is to be altered, given each table's CREATE statement as the engine writes it. */
export function ttlStatements(all: ReadonlyMap<string, string>, ttl: Ttl, cluster?: string): string[] {
  const statements: string[] = [];
  // On a cluster what keeps rows is each shard's part.
  const created = new Map(
    [...all].flatMap(([name, statement]): [string, string][] => {
      if (!cluster) return [[name, statement]];
      const isDistributed = all.has(`${name}_local`);
      return isDistributed ? [] : [[name.replace(/_local$/, ''), statement]];
    }),
  );
  const place = (table: string): string => {
    if (!cluster) return table;
    return `${table}${all.has(`${table}_local`) ? '_local' : ''} ON CLUSTER \`${cluster}\``;
  };
  const change = (of: string, time: string, declared: string, days: number | undefined): void => {
    if (days === undefined || daysIn(declared) === days) return;
    statements.push(`ALTER TABLE ${of} ${days > 0 ? `TTL ${time} + toIntervalDay(${days})` : 'REMOVE TTL'}`);
  };
  for (const [table, time, setting] of tables) {
    const statement = created.get(table);
    // Behind the columns, which may have a TTL of their own.
    const declared = statement?.slice(statement.lastIndexOf(' ORDER BY '));
    if (declared !== undefined) change(`${place(table)}${ttl[setting] ? ' MODIFY' : ''}`, time, declared, ttl[setting]);
  }
  const interactions = created.get('interactions');
  for (const column of interactions === undefined ? [] : textColumns) {
    const declared = new RegExp(`\`${column}\` [^\`]*`).exec(interactions!)?.[0] ?? '';
    change(`${place('interactions')} MODIFY COLUMN ${column}`, 'toDateTime(occurred_at)', declared, ttl.textDays);
  }
  return statements;
}

const daysIn = (text: string): number => Number(/ TTL [^']*? \+ toIntervalDay\((\d+)\)/.exec(text)?.[1] ?? 0);
