import type { ClickHouseClient } from '@clickhouse/client';

export interface Figures {
  name: string;
  median_ms: number;
  min_ms: number;
  rows_read: number;
  bytes_read: number;
}

/** Counters of the engine since its start: what a statement read is the difference around it, if nothing else runs. */
async function counters(client: ClickHouseClient): Promise<{ rows: number; bytes: number }> {
  const result = await client.query({
    query: `SELECT toFloat64(sumIf(value, event = 'SelectedRows')) AS rows, toFloat64(sumIf(value, event = 'SelectedBytes')) AS bytes
      FROM system.events`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<{ rows: number; bytes: number }>();
  return row!;
}

/**
 * Time until the whole answer is here, over HTTP on the loopback: median and least of `runs`, after one run that is not
 * counted. Rows and bytes (uncompressed, as the engine counts them) are those of one run.
 */
export async function measure(client: ClickHouseClient, name: string, sql: string, runs = 5): Promise<Figures> {
  const ask = async (): Promise<number> => {
    const startedAt = performance.now();
    const result = await client.query({ query: sql, format: 'JSONEachRow' });
    await result.text();
    return performance.now() - startedAt;
  };
  await ask();
  const idle = await counters(client);
  const before = await counters(client);
  await ask();
  const after = await counters(client);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await ask());
  times.sort((a, b) => a - b);
  return {
    name,
    median_ms: times[runs >> 1]!,
    min_ms: times[0]!,
    // The counters' own query reads as well.
    rows_read: Math.max(0, after.rows - before.rows - (before.rows - idle.rows)),
    bytes_read: Math.max(0, after.bytes - before.bytes - (before.bytes - idle.bytes)),
  };
}

const scaled = (value: number): string => {
  const units = ['', ' k', ' M', ' G'];
  const step = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, value)) / 3));
  return `${(value / 1_000 ** step).toFixed(step === 0 ? 0 : 1)}${units[step]}`;
};

/** As a Markdown table. */
export const tableOf = (figures: readonly Figures[]): string =>
  [
    '| question | median | least | rows read | bytes read |',
    '|---|---:|---:|---:|---:|',
    ...figures.map(
      ({ name, median_ms, min_ms, rows_read, bytes_read }) =>
        `| ${name} | ${median_ms.toFixed(0)} ms | ${min_ms.toFixed(0)} ms | ${scaled(rows_read)} | ${scaled(bytes_read)}B |`,
    ),
  ].join('\n');
