/** `make rebuild VIEW=… FROM=… TO=… [DRY_RUN=1]`: a roll-up computed anew from its base table, and what differed. */
import { hostname } from 'node:os';
import { createKafka } from '../../../services/lib/kafka/client';
import { createLog } from '../../../services/lib/log';
import { count, counted, ProgressLine, seconds } from '../replay/progress';
import { type ToolSettings, toolSettings } from '../settings';
import { type Difference, mostShown, type RebuildDeps, rebuild } from './rebuild';
import { refuseDeleted, requestOf } from './request';

/** What a rebuild needs of the outside. A lease outlives a dead tool by so long. */
const leaseSeconds = 20;

/** Connects to Kafka besides; `close` when done. */
export async function rebuildDeps(
  settings: ToolSettings,
  tool: string,
  told: (text: string) => void,
  loadIsStopped: boolean,
): Promise<RebuildDeps & { close(): Promise<void> }> {
  const admin = createKafka(settings.kafka, tool, createLog(tool, 'silent')).admin();
  await admin.connect();
  return {
    clickhouse: settings.clickhouse,
    admin,
    groupPrefix: settings.loadGroupPrefix,
    pause: {
      urls: settings.loadUrls,
      token: settings.loadAdminToken,
      holder: `${tool} ${process.pid} on ${hostname()}`,
      leaseSeconds,
      ifNoneAnswers: 'if none runs, say so with LOAD=stopped',
      loadIsStopped,
    },
    told,
    close: async () => {
      await admin.disconnect();
      await settings.clickhouse.close();
    },
  };
}

/** What the lines below it give. */
export function headingOf({ changes, ...key }: Difference): string {
  return `${Object.keys(key).join('  ')}:  figure now → computed anew`;
}

/** One line a key: its columns, then each figure that differs. */
export function lineOf({ changes, ...key }: Difference): string {
  const figures = changes.map(([name, now, rebuilt]) => `${name} ${short(now)} → ${short(rebuilt)}`);
  return `${Object.values(key)
    .map((value) => String(value) || "''")
    .join('  ')}:  ${figures.join(', ')}`;
}

const short = (text: string): string => (text.length > 60 ? `${text.slice(0, 57)}…` : text);

async function main(): Promise<void> {
  const asked = requestOf(process.env);
  const { rollup, scope, dryRun } = asked;
  const settings = toolSettings(process.env);
  const progress = new ProgressLine();
  const deps = await rebuildDeps(settings, 'rebuild', (text) => progress.show(text), process.env.LOAD === 'stopped');
  try {
    const result = await settings.clickhouse.query({
      query: `SELECT create_table_query FROM system.tables WHERE database = currentDatabase() AND name = '${rollup.base}'`,
      format: 'JSONEachRow',
    });
    const [{ create_table_query }] = await result.json<{ create_table_query: string }>();
    refuseDeleted(asked, create_table_query, Date.now());
    const { differences, partitions, rows, paused_ms, rounds } = await rebuild(deps, rollup, scope, { dryRun });
    progress.end(`${rollup.table}: ${count(rows)} rows computed from ${rollup.base}`);
    if (differences.length > 0) console.log(`  ${headingOf(differences[0])}`);
    for (const difference of differences.slice(0, 50)) console.log(`  ${lineOf(difference)}`);
    if (differences.length > 50) console.log(`  … and ${differences.length - 50} more`);
    const more = differences.length >= mostShown ? 'at least ' : '';
    const found =
      differences.length === 0 ? 'No figure differs' : `Figures differ in ${more}${counted(differences.length, 'row')}`;
    const done = dryRun
      ? 'Nothing was changed (DRY_RUN=1).'
      : partitions.length === 0
        ? 'Nothing had to be changed.'
        : `Put in place: ${counted(partitions.length, 'partition')} (${partitions.join(', ')}).`;
    console.log(`${found} between ${rollup.table} and ${rollup.base}. ${done}`);
    console.log(
      `Loading of ${rollup.topic} was paused for ${seconds(paused_ms)}${rounds > 1 ? `, ${rounds} rounds` : ''}.`,
    );
    if (dryRun && differences.length > 0) process.exitCode = 1;
  } finally {
    await deps.close();
  }
}

if (require.main === module) {
  main().catch((error) => {
    console.error(`rebuild: ${(error as Error).message}`);
    process.exit(1);
  });
}
