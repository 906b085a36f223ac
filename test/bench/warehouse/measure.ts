import type { ClickHouseClient } from '@clickhouse/client';

export interface Figures {
  name: string;
  median_ms: number;
  p95_ms: number;
  min_ms: number;
  /** Of all threads: what a busy machine does not change much. */
  cpu_ms: number;
  rows_read: number;
  bytes_read: number;
}

interface Counters {
  rows: number;
  bytes: number;
  cpu_us: number;
}

/** Counters of the engine since its start: what a statement read is the difference around it, if nothing else runs. */
async function counters(client: ClickHouseClient): Promise<Counters> {
  const result = await client.query({
    query: `SELECT toFloat64(sumIf(value, event = 'SelectedRows')) AS rows, toFloat64(sumIf(value, event = 'SelectedBytes')) AS bytes,
        toFloat64(sumIf(value, event IN ('UserTimeMicroseconds', 'SystemTimeMicroseconds'))) AS cpu_us
      FROM system.events`,
    format: 'JSONEachRow',
  });
  const [row] = await result.json<Counters>();
  return row!;
}

/** Rows that the engine read for some work, if nothing else runs on it. */
export async function rowsRead(client: ClickHouseClient, work: () => Promise<unknown>): Promise<number> {
  const idle = await counters(client);
  const before = await counters(client);
  await work();
  const after = await counters(client);
  return Math.max(0, after.rows - before.rows - (before.rows - idle.rows));
}

/**
 * Time until the whole answer is here, over HTTP on the loopback: median, 95th percentile and least of `runs`, after one run that is not
 * counted. `{n}` is one of the `customers`, another each time. CPU, rows and bytes (uncompressed, as the engine counts them) are those of one run on average.
 */
export async function measure(
  client: ClickHouseClient,
  name: string,
  sql: string,
  customers: number,
  runs = sql.includes('{n}') ? 100 : 5,
): Promise<Figures> {
  let asked = 0;
  const ask = async (): Promise<number> => {
    const query = sql.replace('{n}', String((++asked * 7_919) % customers));
    const startedAt = performance.now();
    const result = await client.query({ query, format: 'JSONEachRow' });
    await result.text();
    return performance.now() - startedAt;
  };
  await ask();
  const idle = await counters(client);
  const before = await counters(client);
  const times: number[] = [];
  for (let run = 0; run < runs; run++) times.push(await ask());
  const after = await counters(client);
  // The counters' own query counts as well.
  const perRun = (of: keyof Counters): number => Math.max(0, after[of] - before[of] - (before[of] - idle[of])) / runs;
  times.sort((a, b) => a - b);
  return {
    name,
    median_ms: times[runs >> 1]!,
    p95_ms: times[Math.ceil(runs * 0.95) - 1]!,
    min_ms: times[0]!,
    cpu_ms: perRun('cpu_us') / 1_000,
    rows_read: perRun('rows'),
    bytes_read: perRun('bytes'),
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
    '| question | median | p95 | least | CPU | rows read | bytes read |',
    '|---|---:|---:|---:|---:|---:|---:|',
    ...figures.map(
      ({ name, median_ms, p95_ms, min_ms, cpu_ms, rows_read, bytes_read }) =>
        `| ${name} | ${median_ms.toFixed(0)} ms | ${p95_ms.toFixed(0)} ms | ${min_ms.toFixed(0)} ms | ${cpu_ms.toFixed(0)} ms | ${scaled(rows_read)} | ${scaled(bytes_read)}B |`,
    ),
  ].join('\n');
