import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import { count, type ProgressLine, seconds } from './progress';

/** How far the repair is with the late events that had been received when it was first asked. */
interface RepairProgress {
  /** In their sessions; a repair is told only when the sessions in ClickHouse hold the event. */
  repaired: number;
  /** Not to be repaired, by the repair's own word. */
  refused: number;
  total: number;
}

/** Late events that are in no session: refused as too large, and those given up on because nothing moved. */
export interface Unrepaired {
  refused: number;
  waiting: number;
}

export interface RepairWait {
  startedAt: number;
  /** A repair that does not move for this long is told, not waited for. */
  stalledAfterMs?: number;
  everyMs?: number;
}

/**
 * Waits until every late event received so far is in its session. From then on the figures are final: there is nothing
 * to load after it. Those received while it waits do not keep it: a busy system always has some. A repair that stalls is
 * told and answered; throws only when ClickHouse stays away.
 */
export async function waitUntilRepaired(
  clickhouse: ClickHouseClient,
  progress: ProgressLine,
  { startedAt, stalledAfterMs = 3 * 60_000, everyMs = 500 }: RepairWait,
): Promise<Unrepaired> {
  let question: Question | 'no view' | undefined;
  let done = -1;
  let movedAt = Date.now();
  for (;;) {
    let state: RepairProgress | undefined;
    let fault = '';
    try {
      question ??= await askable(clickhouse);
      if (question === 'no view') {
        progress.end('not repaired: this database has no view late_events, it is older than the repair of late events');
        return { refused: 0, waiting: 0 };
      }
      [state] = await rows<RepairProgress>(clickhouse, question.query, { until: question.until });
    } catch (error) {
      // It may be away for a while.
      fault = `ClickHouse does not answer (${(error as Error).message})`;
    }
    const waiting = state ? state.total - state.repaired - state.refused : 0;
    if (state && waiting === 0) {
      progress.end(ended(state, Date.now() - startedAt));
      return { refused: state.refused, waiting };
    }
    if (state && state.repaired + state.refused !== done) {
      done = state.repaired + state.refused;
      movedAt = Date.now();
    }
    if (Date.now() - movedAt > stalledAfterMs) {
      if (!state) throw new Error(`${fault} for ${seconds(stalledAfterMs)}: see \`make status\` and \`make logs\``);
      progress.end(stalled(waiting, state, stalledAfterMs));
      return { refused: state.refused, waiting };
    }
    progress.show(state ? `repaired ${count(state.repaired)} of ${count(state.total)} late events` : fault);
    await sleep(everyMs);
  }
}

const ended = ({ refused, total }: RepairProgress, ms: number): string =>
  refused === 0
    ? `repaired: every late event is in its session after ${seconds(ms)}`
    : `repaired: ${count(total - refused)} of ${count(total)} late events are in their sessions after ${seconds(ms)}; ` +
      `${count(refused)} were refused, see \`SELECT * FROM late_events WHERE repaired_at IS NULL\``;

const stalled = (waiting: number, { total }: RepairProgress, ms: number): string =>
  `not repaired: ${count(waiting)} of ${count(total)} late events are in no session, and nothing has moved for ` +
  `${seconds(ms)}: see \`make status\`, \`make logs PART=load\` and \`make logs PART=sessionize\`, and ` +
  '`SELECT * FROM late_events WHERE repaired_at IS NULL`';

/** How the view may say that an event will never be repaired; without any of these a refused one counts as waiting. */
const refusals: Record<string, string> = {
  refused_at: 'refused_at IS NOT NULL',
  refusal: "refusal != ''",
  status: "lower(toString(status)) IN ('refused', 'too_large')",
};

interface Question {
  query: string;
  /** Newest time of receipt when it was first asked, as ClickHouse writes it. */
  until: string;
}

async function askable(clickhouse: ClickHouseClient): Promise<Question | 'no view'> {
  const columns = await rows<{ name: string }>(
    clickhouse,
    "SELECT name FROM system.columns WHERE database = currentDatabase() AND table = 'late_events'",
  );
  if (columns.length === 0) return 'no view';
  const names = columns.map(({ name }) => name);
  const said = Object.entries(refusals).flatMap(([name, condition]) => (names.includes(name) ? [condition] : []));
  const [{ until }] = await rows<{ until: string }>(clickhouse, 'SELECT max(received_at) AS until FROM interactions');
  const query = `
    SELECT count() AS total, countIf(repaired_at IS NOT NULL) AS repaired,
      countIf(repaired_at IS NULL AND (${said.length > 0 ? said.join(' OR ') : 'false'})) AS refused
    FROM late_events
    WHERE event_id IN (SELECT event_id FROM interactions WHERE late AND received_at <= {until:DateTime64(3, 'UTC')})`;
  return { query, until };
}

async function rows<Row>(clickhouse: ClickHouseClient, query: string, query_params = {}): Promise<Row[]> {
  const result = await clickhouse.query({
    query,
    query_params,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  return result.json<Row>();
}
