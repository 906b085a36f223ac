/**
 * `make resessionize FROM=… TO=… [CUSTOMER=…]`: queues the customers who have an event in the range; load works the queue
 * off by commands to sessionize, the only writer of sessions. Nothing is computed here.
 */
import { randomUUID } from 'node:crypto';
import type { ClickHouseClient } from '@clickhouse/client';
import { toolSettings } from '../settings';

export interface ResessionizeRequest {
  from: number;
  to: number;
  /** Everybody who has an event in the range when it is undefined. */
  customer: string | undefined;
}

/** Reads what was asked for; throws with what is missing or wrong. */
export function requestOf({ FROM, TO, CUSTOMER }: Record<string, string | undefined>): ResessionizeRequest {
  const time = (name: string, text: string | undefined): number => {
    if (!text) throw new Error(`name the range: make resessionize FROM=2026-11-01 TO=2026-11-08 (${name} is missing)`);
    const at = Date.parse(/^\d{4}-\d{2}-\d{2}$/.test(text) ? `${text}T00:00:00Z` : text);
    if (Number.isNaN(at))
      throw new Error(`${name}=${text} is no time: give ISO 8601, e.g. 2026-11-01 or 2026-11-01T12:00:00Z`);
    return at;
  };
  const [from, to] = [time('FROM', FROM), time('TO', TO)];
  if (from >= to) throw new Error(`FROM=${FROM} is not before TO=${TO}`);
  return { from, to, customer: CUSTOMER || undefined };
}

/** Queues the request; answers its id and how many customers it concerns. */
export async function queueRequest(
  clickhouse: ClickHouseClient,
  { from, to, customer }: ResessionizeRequest,
): Promise<{ request_id: string; customers: number }> {
  const request_id = randomUUID();
  const query_params = { request_id, from, to, customer: customer ?? '' };
  await clickhouse.command({
    query: `INSERT INTO resessionize_requests (request_id, customer_id, kafka_partition, from_at, to_at, requested_at, done_at)
      SELECT {request_id: String}, customer_id, kafka_partition,
        fromUnixTimestamp64Milli({from: Int64}), fromUnixTimestamp64Milli({to: Int64}), now64(3), NULL
      FROM interactions AS i
      WHERE i.sessionised AND ({customer: String} = '' OR i.customer_id = {customer: String})
        AND i.occurred_at >= fromUnixTimestamp64Milli({from: Int64}) AND i.occurred_at < fromUnixTimestamp64Milli({to: Int64})
      GROUP BY customer_id, kafka_partition`,
    query_params,
  });
  const result = await clickhouse.query({
    query:
      'SELECT uniqExact(customer_id) AS customers FROM resessionize_requests WHERE request_id = {request_id: String}',
    query_params: { request_id },
    format: 'JSONEachRow',
  });
  return { request_id, customers: Number((await result.json<{ customers: string }>())[0].customers) };
}

async function main(): Promise<void> {
  const settings = toolSettings(process.env);
  const { request_id, customers } = await queueRequest(settings.clickhouse, requestOf(process.env));
  await settings.clickhouse.close();
  if (customers === 0) return console.log('Nobody has an event in that range: nothing is queued.');
  console.log(
    `Queued: the sessions of ${customers} customers are computed anew, within some rounds of the repair.\nHow far it is:\n\n  ` +
      `SELECT countIf(done_at IS NULL) AS waiting, count() AS of FROM resessionize_requests FINAL WHERE request_id = '${request_id}'\n`,
  );
}

if (require.main === module) {
  main().catch((error) => {
    console.error(`resessionize: ${(error as Error).message}`);
    process.exit(1);
  });
}
