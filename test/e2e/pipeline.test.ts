import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PartName } from '../../infra/local/stack';
import { checkpointFor } from '../../infra/tools/replay/checkpoint';
import { replay } from '../../infra/tools/replay/replay';
import { compare, differs } from '../../infra/tools/report/compare';
import { found } from '../../infra/tools/report/queries';
import { report, simulatedRange } from '../../infra/tools/report/report';
import type { Truth } from '../../infra/tools/report/truth';
import { type ToolSettings, toolSettings } from '../../infra/tools/settings';
import { withStack } from '../integration/support/stack';
import { plantFault } from '../simulator/faults';
import { simulate } from '../simulator/simulate';

const killed: PartName[] = ['ingest', 'enrich', 'sessionize', 'load', 'clickhouse'];

function writeEvents(settings: ToolSettings, name: string, events: unknown[]): string {
  mkdirSync(settings.replayFolder, { recursive: true });
  const file = join(settings.replayFolder, name);
  writeFileSync(file, `${events.map((event) => JSON.stringify(event)).join('\n')}\n`);
  return file;
}

const sendFile = (settings: ToolSettings, file: string) =>
  replay({
    ...settings,
    file,
    source: 'events',
    checkpoint: checkpointFor(file, settings.replayFolder),
    rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
    maxRequests: 4,
  });

describe('the whole pipeline, each part killed (SIGKILL) and started again while a file is sent', () => {
  const local = withStack(['kafka', 'registry', 'clickhouse', 'ingest', 'enrich', 'sessionize', 'load']);
  const simulation = simulate({ seed: 11, events: 12_000, days: 8 });
  const truth = simulation.truth as unknown as Truth & { days: number };
  const range = simulatedRange({ days: 8 });
  let settings: ToolSettings;

  beforeAll(async () => {
    const { addresses, dir } = local.stack;
    settings = toolSettings({
      STACK_DIR: dir,
      KAFKA_BROKERS: addresses.kafkaBrokers,
      INGEST_URL: addresses.ingestUrl,
      CLICKHOUSE_URL: addresses.clickhouseUrl,
    });
    const file = writeEvents(settings, 'events.ndjson', simulation.events);
    const sending = sendFile(settings, file);
    for (const part of killed) {
      await sleep(1_000);
      await local.stack.killPart(part);
      await sleep(200);
      await local.stack.startPart(part);
    }
    await sending;
  }, 240_000);

  afterAll(() => settings?.clickhouse.close());

  test('every figure is the simulation’s truth', async () => {
    expect(compare(truth, await found(settings.clickhouse, range)).filter(differs)).toEqual([]);
  });

  test('sign rows add up: as many sessions and legs by sum(sign) as there are rows in the current views', async () => {
    const result = await settings.clickhouse.query({
      query: `SELECT (SELECT sum(sign) FROM sessions) - (SELECT count() FROM sessions_current) AS sessions,
                (SELECT sum(sign) FROM legs) - (SELECT count() FROM legs_current) AS legs,
                (SELECT sum(events) FROM volume_trends) - (SELECT countIf(customer_id != '') FROM interactions) AS volume,
                (SELECT sum(sessions) FROM channel_failure_paths) - (SELECT countIf(first_failed_channel != '') FROM sessions_current) AS paths,
                (SELECT sum(offered) FROM efficiency_metrics) - (SELECT countIf(queued_at IS NOT NULL) FROM legs_current) AS offered,
                (SELECT sum(wait_ms_answered) FROM efficiency_metrics) - (SELECT sumIf(wait_ms, left_by = 'ANSWERED') FROM legs_current) AS wait_ms`,
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    expect(await result.json()).toEqual([{ sessions: 0, legs: 0, volume: 0, paths: 0, offered: 0, wait_ms: 0 }]);
  });

  test('the report is printed and says so', async () => {
    const printed: string[] = [];
    await report(settings.clickhouse, range, truth, (text) => printed.push(text));
    const text = printed.join('');
    expect(text).toContain(`${truth.sessions.length.toLocaleString('en-US')} of`);
    expect(text).not.toContain('differ');
    expect(text).toMatch(/VOICE +[\d,]+ +[▁▂▃▄▅▆▇█ ]+/);
  });

  test('an event that was not simulated makes the report differ', async () => {
    const doubled = plantFault(simulation, 'double', 11).filter(({ event_id }) => event_id.endsWith('-again'));
    expect(doubled).toHaveLength(1);
    const newest = Math.max(...simulation.events.map(({ occurred_at }) => Date.parse(occurred_at)));
    // In time: moved to the end of the file's time, so that it is a session more.
    const file = writeEvents(settings, 'one-more.ndjson', [
      { ...doubled[0], occurred_at: new Date(newest).toISOString() },
    ]);
    await sendFile(settings, file);
    const different = compare(truth, await found(settings.clickhouse, range)).filter(differs);
    expect(different.map(({ figure }) => figure)).toContain('events (repeats dropped)');
  }, 60_000);

  test('what enrich refuses is a dead letter with reason, step and origin, and bad input costs nothing else', async () => {
    const [event] = simulation.events.filter(({ identities }) => identities);
    const conflicting = { ...event, text: 'other words under the same id' };
    const file = writeEvents(settings, 'conflict.ndjson', [conflicting]);
    await sendFile(settings, file);
    const deadline = Date.now() + 20_000;
    for (;;) {
      const result = await settings.clickhouse.query({
        query: `SELECT reason, step, origin_topic, event_id FROM dead_letters WHERE event_id = {id:String}`,
        query_params: { id: event.event_id },
        format: 'JSONEachRow',
      });
      const rows = await result.json();
      if (rows.length > 0 || Date.now() > deadline) {
        expect(rows).toEqual([
          {
            reason: 'conflicting_duplicate',
            step: 'enrich',
            origin_topic: 'interactions.raw',
            event_id: event.event_id,
          },
        ]);
        break;
      }
      await sleep(200);
    }
  }, 60_000);
});
