import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { PartName } from '../../infra/local/stack';
import { tellOrganisation } from '../../infra/tools/demo/organisation';
import { serviceMetrics } from '../../infra/tools/docs/prometheus-metrics';
import { checkpointFor } from '../../infra/tools/replay/checkpoint';
import { type ReplayResult, replay } from '../../infra/tools/replay/replay';
import { audit } from '../../infra/tools/report/audit';
import { compare, differs } from '../../infra/tools/report/compare';
import { found } from '../../infra/tools/report/queries';
import { report, simulatedRange } from '../../infra/tools/report/report';
import type { Truth } from '../../infra/tools/report/truth';
import { type ToolSettings, toolSettings } from '../../infra/tools/settings';
import { answer, questionsOf } from '../guide/guide';
import { projectRoot } from '../integration/support/build';
import { withStack, workerPortOffset } from '../integration/support/stack';
import { plantFault } from '../simulator/faults';
import { simulate } from '../simulator/simulate';
import { startCollector } from '../support/otlp';
import { scrape, series, settled } from './support/canary';
import { lookAt, type Polls, watchInvariants } from './support/invariants';

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

/** Only what a sender traces is traced: the replay is not. */
const collectorPort = 4_318 + workerPortOffset();
const otel = {
  OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${collectorPort}`,
  OTEL_TRACES_SAMPLER: 'parentbased_always_off',
  OTEL_BSP_SCHEDULE_DELAY: '200',
};

describe('the whole pipeline, each part killed (SIGKILL) and started again while a file is sent', () => {
  // Canaries all the time: every test below shows that they are in no figure.
  const local = withStack(['kafka', 'registry', 'clickhouse', 'ingest', 'enrich', 'sessionize', 'load'], {
    partEnv: {
      ingest: { ...otel, INGEST_CANARY_EVERY_MS: '1000' },
      enrich: otel,
      sessionize: otel,
      load: otel,
    },
  });
  const simulation = simulate({ seed: 11, events: 12_000, days: 8 });
  const truth = simulation.truth as unknown as Truth & { days: number };
  const range = simulatedRange({ days: 8 });
  let settings: ToolSettings;
  let sent: ReplayResult;
  let polls: Polls;

  beforeAll(async () => {
    const { addresses, dir } = local.stack;
    settings = toolSettings({
      STACK_DIR: dir,
      KAFKA_BROKERS: addresses.kafkaBrokers,
      INGEST_URL: addresses.ingestUrl,
      CLICKHOUSE_URL: addresses.clickhouseUrl,
    });
    await tellOrganisation(settings.clickhouse, { ...simulation.settings });
    const file = writeEvents(settings, 'events.ndjson', simulation.events);
    const watch = watchInvariants(settings.clickhouse);
    const sending = sendFile(settings, file);
    for (const part of killed) {
      await sleep(1_000);
      await local.stack.killPart(part);
      await sleep(200);
      await local.stack.startPart(part);
    }
    // It ends when the late events are repaired: sessions are revised, and watched, until then.
    sent = await sending;
    polls = await watch.stop();
  }, 420_000);

  afterAll(() => settings?.clickhouse.close());

  test('the repair has brought every late event into its session', async () => {
    expect(sent.unrepaired).toEqual({ refused: 0, waiting: 0 });
    const result = await settings.clickhouse.query({
      query: 'SELECT count() AS late, countIf(repaired_at IS NULL) AS waiting FROM late_events',
      format: 'JSONEachRow',
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
    const [{ late, waiting }] = await result.json<{ late: number; waiting: number }>();
    expect(late).toBeGreaterThan(0);
    expect(waiting).toBe(0);
  });

  test('every figure is the simulation’s final truth: that of all distinct events, late ones included', async () => {
    expect(compare(truth, await found(settings.clickhouse, range)).filter(differs)).toEqual([]);
  });

  test('the audit in SQL finds nothing: sessions are what the events make them, and no late event waits', async () => {
    expect(await audit(settings.clickhouse, range)).toEqual({ found: truth.sessions.length, findings: [] });
  });

  test('whoever read meanwhile saw whole changes: one row a session and leg, no negative sums, no overlaps', () => {
    expect(polls.violations).toEqual([]);
    if (polls.withData < 20) throw new Error(`only ${polls.withData} polls saw data; last fault: ${polls.lastFault}`);
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
    expect(text).toContain('sessions recomputed from interactions, all as found');
    expect(text).not.toContain('differ');
    expect(text).toMatch(/VOICE +[\d,]+ +[▁▂▃▄▅▆▇█ ]+/);
  });

  // Its answers, on the demo's data, are compared in test/integration/analyst-guide.test.ts.
  test('every question of the analyst guide can be asked of what was loaded', async () => {
    const questions = questionsOf(readFileSync(join(projectRoot, 'docs/analyst-guide.md'), 'utf8'));
    const unanswered: string[] = [];
    for (const { title, sql } of questions) {
      const rows = (await answer(settings.clickhouse, sql)).split('\n').length - 1;
      // These name a customer of the demo, or ask for more than so few events hold.
      if (rows === 0 && !/customer_timeline|HAVING offered/.test(sql)) unanswered.push(title);
    }
    expect(unanswered).toEqual([]);
  }, 180_000);

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
  }, 180_000);

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
  }, 180_000);

  describe('canaries', () => {
    const names = (text: string): Set<string> => new Set([...text.matchAll(/^# TYPE (\S+)/gm)].map(([, name]) => name));

    test('are seen in every partition of both topics, a moment after they were sent', async () => {
      const freshness = series(await scrape(local.stack, 'load'), 'load_freshness_seconds_count');
      const seen = [...freshness].filter(([, count]) => count > 0).map(([labels]) => labels);
      expect(seen.join()).toContain('interactions.enriched');
      expect(seen.join()).toContain('topic="sessions"');
      const ages = series(await scrape(local.stack, 'load'), 'load_canary_age_seconds');
      expect(ages.size).toBe(8);
      await settled(local.stack, 'load', 'load_canary_age_seconds', (most) => most < 10);
    }, 180_000);

    test('move no event time: the replayed events are of another month', async () => {
      const times = series(await scrape(local.stack, 'enrich'), 'enrich_raw_timestamp_seconds');
      expect(times.size).toBe(4);
      expect(Math.max(...times.values()) * 1_000).toBeLessThanOrEqual(range.to);
    });

    test('are nothing to enrich and sessionize, and no dead letter', async () => {
      const result = await settings.clickhouse.query({
        query: `SELECT (SELECT count() FROM dead_letters WHERE reason = 'undecodable') AS refused,
                  (SELECT count() FROM interactions WHERE occurred_at > toDateTime64({to:Float64} / 1000, 3)) AS beyond`,
        query_params: { to: range.to },
        format: 'JSONEachRow',
        clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
      });
      expect(await result.json()).toEqual([{ refused: 0, beyond: 0 }]);
    });

    test('grow old where the pipeline stands still, and are young again when it goes on', async () => {
      await local.stack.stopPart('sessionize');
      const stale = await settled(local.stack, 'load', 'load_canary_age_seconds', (most) => most > 5);
      const ages = series(await scrape(local.stack, 'load'), 'load_canary_age_seconds');
      for (const [labels, age] of ages) if (labels.includes('interactions.enriched')) expect(age).toBeLessThan(stale);
      await local.stack.startPart('sessionize');
      await settled(local.stack, 'load', 'load_canary_age_seconds', (most) => most < 4);
    }, 270_000);

    test('every metric that a service tells is one of the written list, and the other way round', async () => {
      for (const service of ['ingest', 'enrich', 'sessionize', 'load'] as const) {
        const told = [...names(await scrape(local.stack, service))].filter((name) => !/^(process|nodejs)_/.test(name));
        // Those of a model server are told where one is set.
        const listed = serviceMetrics().filter(
          (metric) => metric.service === service && !metric.name.startsWith('enrich_model_server_'),
        );
        expect(told.sort()).toEqual(listed.map(({ name }) => name).sort());
      }
    });
  });

  test('a trace that comes with a request goes through every service, each hop the child of the one before', async () => {
    const { spans, server } = await startCollector(collectorPort);
    const trace = '0af7651916cd43dd8448eb211c80319c';
    try {
      const answer = await fetch(`${local.stack.addresses.ingestUrl}/v1/events`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', traceparent: `00-${trace}-b7ad6b7169203331-01` },
        body: JSON.stringify({
          event_type: 'message.sent',
          // In time, whatever has been replayed, and beyond it: a session of its own.
          occurred_at: range.to,
          channel: 'CHAT',
          text: 'words that no span may hold',
          identities: [{ type: 'email', value: 'traced@example.org' }],
        }),
      });
      expect(answer.status).toBe(202);
      const deadline = Date.now() + 20_000;
      while (spans.length < 5 && Date.now() < deadline) await sleep(100);
    } finally {
      server.close();
      server.closeAllConnections();
    }
    expect(new Set(spans.map(({ trace_id }) => trace_id))).toEqual(new Set([trace]));
    const [request, enriched, sessionised] = ['POST /v1/events', 'enrich event', 'sessionize event'].map(
      (name) => spans.find((span) => span.name === name)?.span_id,
    );
    const hops = spans.map(({ service, name, parent_span_id }) => `${service} ${name} < ${parent_span_id}`);
    expect(hops.sort()).toEqual(
      [
        `enrich enrich event < ${request}`,
        'ingest POST /v1/events < b7ad6b7169203331',
        `load load record < ${enriched}`,
        `load load record < ${sessionised}`,
        `sessionize sessionize event < ${enriched}`,
      ].sort(),
    );
  }, 180_000);

  test('logs are JSON, tell a refused record by its event id, and hold no text and no identity', async () => {
    const lines = (['ingest', 'enrich', 'sessionize', 'load'] as const).flatMap((part) =>
      readFileSync(join(local.stack.dir, 'logs', `${part}.log`), 'utf8')
        .split('\n')
        // The supervisor's own stand between two lives of a service.
        .filter((line) => line !== '' && !line.startsWith('--- ')),
    );
    const problems = lines
      .map((line) => JSON.parse(line) as Record<string, unknown>)
      .filter(({ reason }) => reason === 'conflicting_duplicate');
    const place = {
      step: 'enrich',
      topic: 'interactions.raw',
      partition: expect.any(Number),
      offset: expect.any(Number),
    };
    expect(problems).toEqual([expect.objectContaining({ ...place, event_id: expect.any(String) })]);
    const all = lines.join('\n');
    const secrets = simulation.events.flatMap(({ text, identities = [] }) => [
      ...(typeof text === 'string' && text.length > 12 ? [text] : []),
      ...identities.map(({ value }) => value).filter((value) => value.length > 6),
    ]);
    expect(secrets.length).toBeGreaterThan(1_000);
    expect([...new Set(secrets)].filter((secret) => all.includes(secret))).toEqual([]);
    expect(all).not.toContain('traced@example.org');
  });

  // Last, as it spoils the tables.
  test('the watch is not blind: half a change of each kind is seen', async () => {
    const run = (query: string) => settings.clickhouse.command({ query });
    const current = (table: string) => `FROM ${table} FINAL WHERE sign = 1 ORDER BY ALL LIMIT 1`;
    await run(`INSERT INTO sessions SELECT * ${current('sessions')}`);
    await run(`INSERT INTO legs SELECT * ${current('legs')}`);
    await run(
      `INSERT INTO sessions SELECT * REPLACE (concat(session_id, '-other') AS session_id) ${current('sessions')}`,
    );
    await run(`INSERT INTO channel_failure_paths_by_customer
               SELECT * REPLACE (-1 - sessions AS sessions) FROM channel_failure_paths_by_customer FINAL LIMIT 1`);
    const { violations } = await lookAt(settings.clickhouse);
    expect(violations.map(({ invariant }) => invariant).sort()).toEqual([
      'a failure path has no fewer than no sessions',
      'a leg is there once or not',
      'a session is there once or not',
      'sessions of a customer do not overlap',
    ]);
  });
});
