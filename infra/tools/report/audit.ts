import type { ClickHouseClient } from '@clickhouse/client';
import { type Comparison, differs } from './compare';
import { type Range, rows } from './queries';
import { section, table } from './render';

/** What `sessionization_audit` finds wrong for one reason. */
export interface AuditFinding {
  reason: string;
  sessions: number;
  /** Of those, sessions that are expected and not there. */
  absent: number;
  /** One of them, in words. */
  example: string;
}

/** Sessions recomputed from `interactions` in SQL, beside those that are there. */
export interface Audit {
  found: number;
  findings: AuditFinding[];
}

interface FindingRow extends Omit<AuditFinding, 'example'> {
  customer_id: string;
  session_id: string;
  expected: string;
  found: string;
}

/**
 * Audits every session that has a time in the range, whether or not it is final: for a stack that has loaded all there
 * is. While events are on their way it would find sessions that they have not reached yet.
 */
export async function audit(clickhouse: ClickHouseClient, range: Range): Promise<Audit> {
  const [{ n }] = await rows<{ n: number }>(
    clickhouse,
    `SELECT count() AS n FROM sessions_current
     WHERE started_at < fromUnixTimestamp({to:Int64}) AND ended_at >= fromUnixTimestamp({from:Int64})`,
    range,
  );
  const findings = await rows<FindingRow>(
    clickhouse,
    `SELECT reason, sessions, absent, first.1 AS customer_id, first.2 AS session_id, first.3 AS expected, first.4 AS found
     FROM (
       SELECT reason, count() AS sessions, countIf(found_started_at IS NULL) AS absent,
         argMin((customer_id, session_id, ${inWords('expected')}, ${inWords('found')}), (started_at, session_id)) AS first
       FROM sessionization_audit(
         from = fromUnixTimestamp64Milli(1000 * {from:Int64}, 'UTC'), to = fromUnixTimestamp64Milli(1000 * {to:Int64}, 'UTC'),
         up_to = '2299-01-01')
       GROUP BY reason)
     ORDER BY sessions DESC, reason`,
    range,
  );
  return {
    found: n,
    findings: findings.map(({ reason, sessions, absent, customer_id, session_id, expected, found }) => ({
      reason,
      sessions,
      absent,
      example: `${session_id} of ${customer_id}: expected ${expected}; found ${found}`,
    })),
  };
}

const inWords = (kind: 'expected' | 'found'): string =>
  `if(${kind}_started_at IS NULL, 'nothing', concat(toString(${kind}_started_at), ' to ', toString(${kind}_ended_at),
     ', events: ', toString(${kind}_event_count), ', contacts: ', toString(${kind}_contact_count)))`;

/** As one figure beside the comparison with the truth: any row of the audit is a difference. */
export function auditComparison({ found, findings }: Audit): Comparison {
  const of = found + findings.reduce((sum, { absent }) => sum + absent, 0);
  const wrong = findings.reduce((sum, { sessions }) => sum + sessions, 0);
  const [first] = findings;
  return {
    figure: 'sessions recomputed in SQL',
    agree: of - wrong,
    of,
    ...(first ? { example: `${first.reason}: ${first.example}` } : {}),
  };
}

const meanings: Record<string, string> = {
  missing: 'should be there and are not',
  surplus: 'are there and should not be',
  differs: 'have another start, end, or number of events or contacts',
  late_unrepaired: 'lack late events that are not repaired yet',
};

/** One line where all is well, else what is wrong and an example of each. */
export function renderAudit(audit: Audit): string {
  const comparison = auditComparison(audit);
  const number = (value: number): string => value.toLocaleString('en-US');
  const title = 'Audit in SQL: every session worked out again from the events';
  if (!differs(comparison)) {
    return section(title, `  ${number(comparison.of)} sessions recomputed from interactions, all as found`);
  }
  const body = audit.findings.map(({ reason, sessions }) => [reason, number(sessions), meanings[reason] ?? '']);
  const examples = audit.findings.map(({ reason, example }) => `  ${reason}, for example ${example}`);
  return section(
    title,
    `${table(['reason', 'sessions', ''], body, [0, 2])}

${examples.join('\n')}

  ${number(comparison.agree)} of ${number(comparison.of)} sessions recomputed from interactions as found: the figures differ`,
  );
}
