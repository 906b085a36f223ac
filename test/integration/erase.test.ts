import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { backAgain, type EraseDeps, type EraseResult, erase } from '../../infra/tools/erase/erase';
import { eraseDeps } from '../../infra/tools/erase/main';
import { loadProgress, rawEnds } from '../../infra/tools/replay/loaded';
import { audit } from '../../infra/tools/report/audit';
import { type ToolSettings, toolSettings } from '../../infra/tools/settings';
import { simulate } from '../simulator/simulate';
import { viewsAgainstRows } from './support/recomputed';
import { until } from './support/service-process';
import { withStack } from './support/stack';

type Event = Record<string, unknown> & { event_id: string; occurred_at: string };

const local = withStack(['kafka', 'registry', 'clickhouse', 'ingest', 'enrich', 'sessionize', 'load']);
const marker = 'zq-marker-7391-of-eve';
const hour = 3_600_000;

/** In order, so that nobody here is late but who is meant to be. */
const others = (simulate({ seed: 5, events: 1_200, days: 4 }).events as unknown as Event[]).sort((a, b) =>
  a.occurred_at < b.occurred_at ? -1 : 1,
);
const newest = Date.parse(others[others.length - 1].occurred_at);
const range = { from: Date.parse(others[0].occurred_at) - hour, to: newest + 3 * hour };

/** What simulated people did, done by one person more, so much later. */
function copied(customer_id: string, count: number, shift_ms: number): Event[] {
  const named = others.filter((event) => event.identities && event.interaction_id);
  return named.slice(0, count).map((event) => ({
    ...event,
    event_id: `${customer_id}-${shift_ms}-${event.event_id}`,
    occurred_at: new Date(Date.parse(event.occurred_at) + shift_ms).toISOString(),
    identities: [{ type: 'customer_id', value: customer_id, verified: true }],
    interaction_id: `${customer_id}-${shift_ms}-${event.interaction_id}`,
    contact_id: `${customer_id}-${shift_ms}-${event.contact_id ?? event.interaction_id}`,
    page: { url: `https://example.org/${marker}`, title: marker },
  }));
}

let settings: ToolSettings;
let deps: Awaited<ReturnType<typeof eraseDeps>>;
let expected: Record<string, string[]>;
let traffic: { stop(): Promise<number> } | undefined;

async function send(events: readonly Event[]): Promise<void> {
  for (let at = 0; at < events.length; at += 300) {
    const response = await fetch(`${settings.ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(events.slice(at, at + 300)),
    });
    if (response.status !== 202) throw new Error(`${response.status}: ${await response.text()}`);
  }
}

/** Waits for what is in the raw topic now. */
async function loaded(): Promise<void> {
  const ends = await rawEnds(settings.kafka);
  await until('what was sent to be loaded', 90_000, async () => {
    return (await loadProgress(settings.clickhouse, ends, 4)).done;
  });
}
const rows = <T>(query: string): Promise<T[]> => deps.tables.rows<T>(query);
const ofOthers = "customer_id NOT LIKE 'traffic-%'";

/** Everything people read, but for what the traffic is; versions are change numbers and say nothing. */
const questions: Record<string, string> = {
  interactions: `SELECT * FROM interactions WHERE ${ofOthers}`,
  sessions: `SELECT * EXCEPT (version) FROM sessions_current WHERE ${ofOthers}`,
  legs: `SELECT * EXCEPT (version) FROM legs_current WHERE ${ofOthers}`,
  volume: "SELECT * FROM volume_trends WHERE channel != 'POSTAL'",
  paths: 'SELECT * FROM channel_failure_paths',
  efficiency: "SELECT * FROM efficiency_metrics WHERE channel != 'POSTAL'",
  late: `SELECT * EXCEPT (repaired_at) FROM late_events WHERE ${ofOthers}`,
  deadLetters: 'SELECT * FROM dead_letters',
  signs: `SELECT 'sessions' AS of, sum(sign) AS n FROM sessions WHERE ${ofOthers} UNION ALL SELECT 'legs', sum(sign) FROM legs WHERE ${ofOthers}`,
};
async function everything(): Promise<Record<string, string[]>> {
  const found: Record<string, string[]> = {};
  for (const [name, query] of Object.entries(questions)) {
    found[name] = (await rows(query)).map((row) => JSON.stringify(row)).sort();
  }
  return found;
}
/** Rows that only one has: nothing where all is as it would be. */
function differing(now: Record<string, string[]>): Record<string, string[]> {
  return Object.fromEntries(
    Object.keys(questions).flatMap((name) => {
      const [a, b] = [new Set(expected[name]), new Set(now[name])];
      const lines = [
        ...expected[name].filter((row) => !b.has(row)).map((row) => `- ${row}`),
        ...now[name].filter((row) => !a.has(row)).map((row) => `+ ${row}`),
      ];
      return lines.length > 0 ? [[name, lines.slice(0, 5)]] : [];
    }),
  );
}

function startTraffic(): { stop(): Promise<number> } {
  let isOn = true;
  let sent = 0;
  const sending = (async () => {
    while (isOn) {
      const events = Array.from({ length: 5 }, () => {
        sent += 1;
        return {
          event_id: `traffic-${sent}`,
          event_type: 'message.sent',
          occurred_at: new Date(newest + sent * 1_000).toISOString(),
          channel: 'POSTAL',
          interaction_id: `traffic-${sent % 20}`,
          identities: [{ type: 'customer_id', value: `traffic-${sent % 20}`, verified: true }],
        };
      });
      await send(events);
      await sleep(300);
    }
  })();
  return {
    stop: async () => {
      isOn = false;
      await sending;
      return sent;
    },
  };
}

const runErase = (customer_id: string, given: Partial<EraseDeps> = {}): Promise<EraseResult> =>
  erase({ ...deps, settle_ms: 3_000, ...given }, customer_id, 'the test');

beforeAll(async () => {
  const { addresses, dir } = local.stack;
  const env = {
    STACK_DIR: dir,
    KAFKA_BROKERS: addresses.kafkaBrokers,
    SCHEMA_REGISTRY_URL: addresses.schemaRegistryUrl,
    INGEST_URL: addresses.ingestUrl,
    CLICKHOUSE_URL: addresses.clickhouseUrl,
    LOAD_URLS: addresses.loadUrl,
  };
  settings = toolSettings(env);
  deps = await eraseDeps(settings, env, () => undefined);
  await send(others);
  await loaded();
  expected = await everything();
}, 540_000);

afterEach(async () => {
  await traffic?.stop().catch(() => undefined);
  traffic = undefined;
});
afterAll(() => deps?.close());

describe('erasure of a person', () => {
  test('somebody who is not known: nothing changes, and the record says so', async () => {
    const { record } = await runErase('nobody');
    expect(record.deleted).toEqual({});
    expect(differing(await everything())).toEqual({});
  }, 180_000);

  test('in the middle of traffic, tool and parts killed at every step: all is as if the person had never been', async () => {
    // Long ago and late; and within the last hour, in time, so that a session is open.
    const [past, open] = [copied('eve', 150, 0), copied('eve', 40, newest - Date.parse(others[40].occurred_at))];
    const unrepaired = copied('eve', 200, 5 * hour).slice(150);
    await send([...past, ...open]);
    const [conflicting] = past;
    await send([{ ...conflicting, event_type: 'message.sent' }]);
    await loaded();
    await until('a late event of hers to be repaired', 60_000, async () => {
      const [{ n }] = await rows<{ n: number }>(
        "SELECT countIf(repaired_at IS NOT NULL) AS n FROM late_events WHERE customer_id = 'eve'",
      );
      return n > 0;
    });
    expect(Object.keys(differing(await everything()))).toEqual(
      expect.arrayContaining(['interactions', 'sessions', 'legs', 'volume', 'efficiency', 'late', 'deadLetters']),
    );
    // And some that no repair has looked at.
    await send(unrepaired);
    traffic = startTraffic();

    const dieAt = (at: string): Partial<EraseDeps> => ({
      step: (name) => {
        if (name === at) throw new Error(`killed: ${at}`);
      },
    });
    const parts = ['clickhouse', 'sessionize', 'load'] as const;
    for (const at of ['begun', 'deleted from interactions', 'replaced volume_trends_15m', 'emptied']) {
      await expect(runErase('eve', dieAt(at))).rejects.toThrow(`killed: ${at}`);
      if (at !== 'deleted from interactions') continue;
      await Promise.all(parts.map((part) => local.stack.killPart(part)));
      for (const part of parts) await local.stack.startPart(part);
    }
    const begun = await rows<{ erasure_id: string }>('SELECT erasure_id FROM erasures WHERE finished_at IS NULL');
    expect(begun).toHaveLength(1);
    let result: EraseResult | undefined;
    await until('the erasure to end', 120_000, async () => {
      result = await runErase('eve');
      return true;
    });
    expect(result?.isResumed).toBe(true);
    expect(result?.record.erasure_id).toBe(begun[0].erasure_id);
    expect(Object.keys(result?.record.deleted ?? {}).sort()).toEqual(
      // Of sessions and legs the engine may have merged away by then what sums to nothing.
      expect.arrayContaining(['dead_letters_log', 'interactions', 'late_repairs']),
    );
    // What simulated people sent twice is there once.
    const ids = new Set([...past, ...open, ...unrepaired].map(({ event_id }) => event_id));
    expect(result?.record.deleted.interactions).toBe(ids.size);

    const sent = await traffic?.stop();
    await loaded();
    await until('what came late to be repaired', 60_000, async () => {
      const [{ n }] = await rows<{ n: number }>('SELECT count() AS n FROM late_events WHERE repaired_at IS NULL');
      return n === 0;
    });
    expect(differing(await everything())).toEqual({});
    const [{ n }] = await rows<{ n: number }>(
      "SELECT count() AS n FROM interactions WHERE customer_id LIKE 'traffic-%'",
    );
    expect(n).toBe(sent);
    for (const [view, query] of Object.entries(viewsAgainstRows)) {
      expect({ view, differences: await rows(query) }).toEqual({ view, differences: [{ rows: 0 }] });
    }
    expect((await audit(settings.clickhouse, range)).findings).toEqual([]);
  }, 420_000);

  test('nothing of hers is left, also not in the words of what was done', async () => {
    const timeline = "SELECT count() AS n FROM customer_timeline(customer_id = 'eve', from = NULL, to = NULL)";
    expect(await rows(timeline)).toEqual([{ n: 0 }]);
    const named = await rows<{ table: string }>(
      "SELECT table FROM system.columns WHERE database = currentDatabase() AND name = 'customer_id' AND table IN (SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree')",
    );
    for (const { table } of named) {
      expect({ table, left: await deps.tables.count(table, "customer_id = 'eve'") }).toEqual({ table, left: 0 });
    }
    // Written anew without the rows, not with a mask over them.
    const words = `SELECT count() AS n FROM interactions WHERE position(page_url, '${marker}') > 0 SETTINGS apply_deleted_mask = 0`;
    expect(await rows(words)).toEqual([{ n: 0 }]);
    const hidden =
      'SELECT sum(has_lightweight_delete) AS n FROM system.parts WHERE active AND database = currentDatabase()';
    expect(await rows(hidden)).toEqual([{ n: 0 }]);
    expect(
      await rows('SELECT count() AS n FROM system.mutations WHERE database = currentDatabase() AND NOT is_done'),
    ).toEqual([{ n: 0 }]);
    const said = await rows(
      "SELECT command FROM system.mutations WHERE database = currentDatabase() AND match(command, '[^a-z]eve[^a-z_]')",
    );
    expect(said).toEqual([]);
    const records = JSON.stringify(await rows('SELECT * FROM erasures'));
    expect(records).not.toContain('eve');
    expect(records).toContain('the test');
    expect(await rows("SELECT name FROM system.tables WHERE name LIKE '%\\_\\_rebuild'")).toEqual([]);
  }, 180_000);

  test('what comes again of the past stays out, whoever restarts; what comes after is a new start', async () => {
    const again = copied('eve', 30, 0).map((event) => ({ ...event, event_id: `again-${event.event_id}` }));
    await send(again);
    await local.stack.killPart('sessionize');
    await local.stack.startPart('sessionize');
    await loaded();
    const now = await everything();
    expect(differing(now)).toEqual({});
    // As after the restore of a backup: what was forgotten is there again, and goes up to the same moment.
    const [old] = await rows<object>("SELECT * FROM interactions WHERE customer_id NOT LIKE 'traffic-%' LIMIT 1");
    const back = { ...old, customer_id: 'eve', event_id: 'restored' };
    await settings.clickhouse.insert({ table: 'interactions', values: [back], format: 'JSONEachRow' });
    await deps.erasureLog.refresh();
    const people = await backAgain(deps.tables, deps.erasureLog.erasures);
    expect([...people.keys()]).toEqual(['eve']);
    await erase({ ...deps, settle_ms: 1_000 }, 'eve', 'the test', people.get('eve'));
    expect(differing(await everything())).toEqual({});
    const fresh = {
      event_id: 'fresh',
      event_type: 'web.page_viewed',
      occurred_at: new Date().toISOString(),
      channel: 'WEB',
    };
    await send([{ ...fresh, identities: [{ type: 'customer_id', value: 'eve', verified: true }] }]);
    await loaded();
    const session = "SELECT session_id, event_count FROM sessions_current WHERE customer_id = 'eve'";
    await until('her new session', 30_000, async () => (await rows(session)).length > 0);
    expect(await rows(session)).toEqual([{ session_id: 'fresh', event_count: 1 }]);
    expect(await deps.tables.count('interactions', "customer_id = 'eve'")).toBe(1);
  }, 360_000);
});
