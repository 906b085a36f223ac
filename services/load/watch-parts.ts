import type { Gauge } from 'prom-client';
import type { Warehouse } from './warehouse';

const everyMs = 30_000;
const withinMs = 10_000;

/** Asks every 30 s how many parts the fullest partition of any table has; returns what ends it. */
export function watchParts(warehouse: Pick<Warehouse, 'rows'>, mostParts: Gauge): () => void {
  const ask = async (): Promise<void> => {
    try {
      const query = `SELECT max(parts) AS most FROM (
        SELECT count() AS parts FROM system.parts WHERE active AND database = currentDatabase() GROUP BY table, partition_id)`;
      const [{ most }] = await warehouse.rows<{ most: number }>(query, {}, AbortSignal.timeout(withinMs));
      mostParts.set(most);
    } catch {
      // Readiness says when ClickHouse cannot be reached.
    }
  };
  const timer = setInterval(() => void ask(), everyMs);
  void ask();
  return () => clearInterval(timer);
}
