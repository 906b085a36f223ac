import type { ClickHouseClient } from '@clickhouse/client';
import { createKafka, type KafkaSettings } from '../../../services/lib/kafka/client';
import { createLog } from '../../../services/lib/log';
import { topics } from '../../../services/lib/topics';

/** Next offset of every partition of the raw topic. */
export async function rawEnds(kafka: KafkaSettings): Promise<Map<number, number>> {
  const admin = createKafka(kafka, 'replay', createLog('replay', 'silent')).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topics.raw);
    return new Map(offsets.map(({ partition, high }) => [partition, Number(high)]));
  } finally {
    await admin.disconnect();
  }
}

export interface LoadProgress {
  /** Raw records whose effects are in ClickHouse, and how many there are. */
  loaded: number;
  total: number;
  done: boolean;
}

interface StatusRow {
  topic: string;
  partition: number;
  raw_offset: Record<string, string | number>;
}

/**
 * How far ClickHouse is: everything is loaded when the raw offsets that arrived, in both loaded topics and all their
 * partitions, have reached the ends the raw topic had after the last acknowledgement.
 */
export async function loadProgress(
  clickhouse: ClickHouseClient,
  ends: Map<number, number>,
  partitions: number,
): Promise<LoadProgress> {
  const result = await clickhouse.query({
    query: `SELECT topic, partition, raw_offset FROM pipeline_status WHERE topic IN ('${topics.enriched}', '${topics.sessions}')`,
    format: 'JSONEachRow',
  });
  const rows = await result.json<StatusRow>();
  const total = [...ends.values()].reduce((sum, end) => sum + end, 0);
  let loaded = 0;
  let done = rows.length === 2 * partitions;
  for (const [partition, end] of ends) {
    const reached = rows.map(({ raw_offset }) => Number(raw_offset[String(partition)] ?? 0));
    const least = rows.length < 2 * partitions ? 0 : Math.min(...reached);
    loaded += Math.min(least, end);
    if (least < end) done = false;
  }
  return { loaded, total, done };
}
