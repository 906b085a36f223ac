import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Range } from '../queries';
import { chartFigures, rangeWithData } from './figures';
import { page } from './page';

/** Where a stack's report is written. */
export const reportFile = (stackDir: string): string => resolve(stackDir, 'report.html');

/**
 * Writes the report of what the tables hold in `asked`, or of its last eight days with data, as one HTML file; answers
 * where it is, or undefined where there is nothing to show.
 */
export async function writeReport(
  clickhouse: ClickHouseClient,
  asked: Range,
  file: string,
): Promise<string | undefined> {
  const range = await rangeWithData(clickhouse, asked);
  if (range === undefined) return undefined;
  const library = readFileSync(require.resolve('echarts/dist/echarts.min.js'), 'utf8');
  mkdirSync(join(file, '..'), { recursive: true });
  writeFileSync(file, page(await chartFigures(clickhouse, range), range, library));
  return file;
}
