import type { ClickHouseClient } from '@clickhouse/client';
import { ErasureLog } from '../../../services/lib/erasure-log';
import type { Erasures } from '../../../services/lib/erasures';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import type { Session } from '../backup/session';

/** Who was erased, by the topic that outlives every backup. Rejects with WrongErasureKey. */
export async function readErasures({ kafka, admin }: Session, registryUrl: string, key: string): Promise<Erasures> {
  const reader = await PartitionReader.connect(kafka);
  try {
    return (await ErasureLog.open({ admin, reader }, registryUrl, key)).erasures;
  } finally {
    await reader.disconnect();
  }
}

/**
 * Persons of whom the database holds events that were erased: after a restore, those erased since the backup. The topic
 * names nobody, so every person's hash is computed; a million take some seconds.
 */
export async function erasedButThere(
  client: ClickHouseClient,
  database: string,
  erasures: Erasures,
): Promise<string[]> {
  if (erasures.size === 0) return [];
  const result = await client.query({
    query: `SELECT customer_id, toUnixTimestamp64Milli(min(i.occurred_at)) AS occurred_at, toUnixTimestamp64Milli(min(i.received_at)) AS received_at
      FROM \`${database}\`.interactions AS i WHERE customer_id != '' GROUP BY customer_id`,
    format: 'JSONCompactEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  const found: string[] = [];
  for await (const rows of result.stream<[string, number, number]>()) {
    for (const row of rows) {
      const [customer_id, occurred_at, received_at] = row.json();
      if (erasures.covers(customer_id, { occurred_at, received_at })) found.push(customer_id);
    }
  }
  return found.sort();
}
