import type { ClickHouseClient } from '@clickhouse/client';
import { audit, auditComparison, renderAudit } from './audit';
import { type Comparison, compare } from './compare';
import { failurePaths, found, queues, type Range, volume } from './queries';
import { renderComparison, renderPaths, renderQueues, renderVolume } from './render';
import type { Truth } from './truth';

const dayMs = 86_400_000;
/** The simulation's first day; it fixes its own calendar so that the same seed gives the same bytes. */
const firstDay = Date.UTC(2026, 2, 2);

/** Days that a simulation covers, with room for what its last contacts leave behind. */
export const simulatedRange = (truth: Pick<Truth, 'days'>): Range => ({
  from: firstDay,
  to: firstDay + (truth.days + 14) * dayMs,
  last_day: firstDay + Math.max(0, truth.days - 1) * dayMs,
});

/**
 * Prints what the tables hold for a range and, with a truth, whether it is so and what the audit in SQL says; answers the
 * comparisons, the audit among them.
 */
export async function report(
  clickhouse: ClickHouseClient,
  range: Range,
  truth: Truth | undefined,
  print: (text: string) => void,
): Promise<Comparison[]> {
  print(renderVolume(await volume(clickhouse, range)));
  print(renderPaths(await failurePaths(clickhouse, range)));
  print(renderQueues(await queues(clickhouse, range)));
  if (!truth) return [];
  const comparisons = compare(truth, await found(clickhouse, range));
  print(renderComparison(comparisons));
  const audited = await audit(clickhouse, range);
  print(renderAudit(audited));
  return [...comparisons, auditComparison(audited)];
}
