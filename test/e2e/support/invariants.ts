import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';

/** A key that breaks an invariant, at the moment of one poll. */
export interface Violation {
  invariant: string;
  key: string;
  value: string;
}

export interface Polls {
  /** Polls that found rows in sessions. */
  withData: number;
  /** Polls without an answer, as while ClickHouse was killed, and the last reason. */
  unanswered: number;
  lastFault: string;
  violations: Violation[];
}

/**
 * What readers may rely on at every moment, whatever arrives, merges, is revised or repaired: a change set is loaded
 * whole or not at all. Each reads one table once; of two tables nothing is promised at the same moment.
 */
const invariants: Record<string, string> = {
  'a session is there once or not': `
    SELECT toString((customer_id, session_id)) AS key, toString(sum(sign)) AS value
    FROM sessions GROUP BY customer_id, session_id HAVING sum(sign) NOT IN (0, 1)`,
  'a leg is there once or not': `
    SELECT toString((customer_id, leg_id)) AS key, toString(sum(sign)) AS value
    FROM legs GROUP BY customer_id, leg_id HAVING sum(sign) NOT IN (0, 1)`,
  'a failure path has no fewer than no sessions': `
    SELECT toString((day, intent, first_failed_channel, rescued_by_channel, path, customer_id)) AS key, toString(sum(sessions)) AS value
    FROM channel_failure_paths_by_customer
    GROUP BY day, intent, first_failed_channel, rescued_by_channel, path, customer_id HAVING sum(sessions) < 0`,
  'sessions of a customer do not overlap': `
    SELECT toString((customer_id, session_id)) AS key, concat(toString(started_at), ' not after ', toString(ended_before)) AS value
    FROM
    (
      SELECT customer_id, session_id, started_at, count() OVER before AS sessions_before, max(ended_at) OVER before AS ended_before
      FROM (
        SELECT customer_id, session_id, started_at, ended_at FROM sessions
        GROUP BY customer_id, session_id, started_at, ended_at HAVING sum(sign) > 0
      )
      WINDOW before AS (
        PARTITION BY customer_id ORDER BY started_at, session_id ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
    )
    WHERE sessions_before > 0 AND started_at <= ended_before`,
};

const seen = 'rows';
/** One statement for all: a first row with the number of session rows, then the violations. */
const query = [
  `SELECT '${seen}' AS invariant, '' AS key, toString(count()) AS value FROM sessions`,
  ...Object.entries(invariants).map(([name, sql]) => `SELECT '${name}' AS invariant, key, value FROM (${sql} LIMIT 5)`),
].join(' UNION ALL ');

/** One look; `rows` are those of the table sessions. */
export async function lookAt(clickhouse: ClickHouseClient): Promise<{ rows: number; violations: Violation[] }> {
  const result = await clickhouse.query({ query, format: 'JSONEachRow' });
  const told = await result.json<Violation>();
  return {
    rows: Number(told.find(({ invariant }) => invariant === seen)?.value),
    violations: told.filter(({ invariant }) => invariant !== seen),
  };
}

/** Looks about every 200 ms until it is stopped. */
export function watchInvariants(clickhouse: ClickHouseClient): { stop(): Promise<Polls> } {
  const polls: Polls = { withData: 0, unanswered: 0, lastFault: '', violations: [] };
  let stopped = false;
  const watching = (async () => {
    while (!stopped) {
      const pause = sleep(200);
      try {
        const { rows, violations } = await lookAt(clickhouse);
        if (rows > 0) polls.withData += 1;
        polls.violations.push(...violations);
      } catch (error) {
        polls.unanswered += 1;
        polls.lastFault = (error as Error).message;
      }
      await pause;
    }
  })();
  return {
    stop: async () => {
      stopped = true;
      await watching;
      return polls;
    },
  };
}
