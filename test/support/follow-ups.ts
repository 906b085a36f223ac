import type { ClickHouseClient } from '@clickhouse/client';
import { Registry } from 'prom-client';
import { createLog } from '../../services/lib/log';
import { FollowUps, type FollowUpsDeps, type FollowUpsRound } from '../../services/load/follow-ups/follow-ups';
import { followUpMetrics } from '../../services/load/follow-ups/metrics';

type Statements = FollowUpsDeps['warehouse'];

/** Load's job on a database, without load: it does a round when it is asked. */
export function followUpsOn(client: ClickHouseClient, given: Partial<FollowUpsDeps> = {}): FollowUps {
  return new FollowUps({
    warehouse: statementsOn(client),
    isOwner: () => true,
    metrics: followUpMetrics(new Registry()),
    log: createLog('test', 'silent'),
    now: Date.now,
    everyMs: 0,
    windowsDays: [1, 7],
    secondsPerRound: 600,
    ...given,
  });
}

/** What the job asks of load's warehouse. */
export function statementsOn(client: ClickHouseClient): Statements {
  return {
    rows: async <T>(query: string, query_params: Record<string, unknown> = {}, abort_signal?: AbortSignal) => {
      const clickhouse_settings = { output_format_json_quote_64bit_integers: 0 as const };
      const result = await client.query({
        query,
        query_params,
        abort_signal,
        format: 'JSONEachRow',
        clickhouse_settings,
      });
      return result.json<T>();
    },
    insertOneBlock: async (table, values) => {
      await client.insert({ table, values, format: 'JSONEachRow' });
    },
  };
}

/** Everything that waits to be written. */
export async function writeFollowUps(client: ClickHouseClient): Promise<FollowUpsRound> {
  return followUpsOn(client).round();
}
