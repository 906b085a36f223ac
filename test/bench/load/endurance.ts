import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClickHouseClient } from '@clickhouse/client';
import type { Stack } from '../../../infra/local/stack';
import type { Kafka } from '../../../services/lib/kafka/kafkajs';
import { peakRssMb } from '../streams/process';
import { EnrichedWriter } from './input';
import { LoadInstance } from './instance';

/** Resident MB of load while the events of each tenth were loaded: the median of samples twice a second. */
export interface Memory {
  events: number;
  seconds: number;
  rss_mb_by_tenth: number[];
  peak_rss_mb: number;
}

/**
 * Loads many events from a backlog of so many, written before, and watches load's memory; what lies beyond the backlog is
 * written as it shrinks. A backlog that only grows to its size meanwhile would look like memory that grows: fetches fill.
 */
export async function memory(
  stack: Stack,
  kafka: Kafka,
  clickhouse: ClickHouseClient,
  events: number,
  backlog: number,
  settings: Record<string, string>,
): Promise<Memory> {
  const writer = await EnrichedWriter.open(kafka, stack.addresses.schemaRegistryUrl);
  const room = (loaded: number) => Math.min(20_000, events - writer.written, backlog - (writer.written - loaded));
  while (room(0) > 0) await writer.write(room(0));
  console.error(`${writer.written} events wait`);
  const instance = await LoadInstance.start(stack, 'memory', settings);
  const begun = performance.now();
  let loaded = 0;
  const writing = (async () => {
    while (writer.written < events) {
      if (room(loaded) > 0) await writer.write(room(loaded));
      else await sleep(50);
    }
  })();
  const samples: number[][] = Array.from({ length: 10 }, () => []);
  for (; loaded < events; await sleep(500)) {
    instance.process.assertRunning();
    loaded = await eventsIn(clickhouse);
    samples[Math.min(9, Math.floor((loaded / events) * 10))].push(rssMb(instance.process.pid));
  }
  await writing;
  await writer.close();
  const seconds = Math.round((performance.now() - begun) / 1_000);
  const peak_rss_mb = peakRssMb(instance.process.pid);
  await instance.process.stop();
  await expectSum(clickhouse, writer);
  return { events, seconds, rss_mb_by_tenth: samples.map(median), peak_rss_mb };
}

export interface Outage {
  outage_seconds: number;
  events_per_second: number;
  waiting_events: number;
  /** From ClickHouse answering again until no more waits than before the outage. */
  caught_up_after_seconds: number;
  peak_rss_mb: number;
}

/** ClickHouse is away for so long while events go on coming; how long until load has caught up. */
export async function outage(
  stack: Stack,
  kafka: Kafka,
  clickhouse: ClickHouseClient,
  rate: number,
  outageMs: number,
  settings: Record<string, string>,
): Promise<Outage> {
  const instance = await LoadInstance.start(stack, 'outage', settings);
  const writer = await EnrichedWriter.open(kafka, stack.addresses.schemaRegistryUrl);
  let stopped = false;
  const writing = writer.pace(rate, () => stopped);
  try {
    await sleep(15_000);
    let usual = 0;
    for (let sample = 0; sample < 20; sample++, await sleep(250)) {
      usual = Math.max(usual, writer.written - (await eventsIn(clickhouse)));
    }
    console.error(`at most ${usual} events wait`);
    await stack.killPart('clickhouse');
    await sleep(outageMs);
    const lagSeconds = await instance.metric('load_lag_seconds');
    console.error(`ClickHouse was away; load_lag_seconds of all partitions together ${Math.round(lagSeconds)}`);
    await stack.startPart('clickhouse');
    const begun = performance.now();
    const waiting_events = writer.written - (await eventsIn(clickhouse));
    for (let waiting = waiting_events; waiting > usual; await sleep(100)) {
      instance.process.assertRunning();
      waiting = writer.written - (await eventsIn(clickhouse));
    }
    const caught_up_after_seconds = Math.round((performance.now() - begun) / 100) / 10;
    stopped = true;
    await writing;
    while ((await eventsIn(clickhouse)) < writer.written) await sleep(100);
    await expectSum(clickhouse, writer);
    return {
      outage_seconds: outageMs / 1_000,
      events_per_second: rate,
      waiting_events,
      caught_up_after_seconds,
      peak_rss_mb: peakRssMb(instance.process.pid),
    };
  } finally {
    stopped = true;
    await writing;
    await writer.close();
    await instance.process.stop();
  }
}

async function eventsIn(clickhouse: ClickHouseClient): Promise<number> {
  const result = await clickhouse.query({ query: 'SELECT count() AS n FROM interactions', format: 'JSONEachRow' });
  return Number((await result.json<{ n: string }>())[0].n);
}

async function expectSum(clickhouse: ClickHouseClient, { written, numbers }: EnrichedWriter): Promise<void> {
  const query = 'SELECT count() AS n, sum(toUInt64(substring(event_id, 3))) AS numbers FROM interactions';
  const [found] = await (await clickhouse.query({ query, format: 'JSONEachRow' })).json<{
    n: string;
    numbers: string;
  }>();
  if (Number(found.n) !== written || Number(found.numbers) !== numbers) {
    throw new Error(`${JSON.stringify(found)} in the table and not ${written} events with a sum of ${numbers}`);
  }
}

function rssMb(pid: number): number {
  return Math.round(Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1_024);
}

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
