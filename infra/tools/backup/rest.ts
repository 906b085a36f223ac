import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { adminHeaders } from '../settings';
import { loadedTopics, loadGroup } from './positions';

export interface Rest {
  admin: Pick<Admin, 'describeGroups'>;
  groupPrefix: string;
  /** Every load there is. */
  loadUrls: readonly string[];
  /** LOAD_ADMIN_TOKEN, where load has one. */
  token?: string;
  /** How long load may take to end what it is at. */
  quietWithinMs?: number;
  /** Who asks, as load's admin call shows it. */
  purpose?: string;
}

/** One table a topic: load holds up the whole topic that fills it. */
const pausedTables = ['interactions', 'sessions', 'dead_letters_log'];
const leaseSeconds = 60;

/**
 * Runs work while no load inserts: paused by its admin call (services/load/pause.ts) where it runs, and set going again
 * whatever becomes of the work. Should this process die, load goes on by itself within a minute.
 *
 * Throws before the work begins when there are more loads than `loadUrls` names, or one cannot be paused.
 */
export async function whileLoadRests<T>(rest: Rest, work: () => Promise<T>): Promise<T> {
  const { admin, groupPrefix, loadUrls, token, quietWithinMs = 60_000, purpose = 'backup' } = rest;
  const { groups } = await admin.describeGroups(loadedTopics.map((topic) => loadGroup(groupPrefix, topic)));
  const loads = Math.max(...groups.map(({ members }) => members.length));
  if (loads === 0) return work();
  if (loads > loadUrls.length) {
    throw new Error(
      `${loads} loads run and LOAD_URLS names ${loadUrls.length}: name all of them, or stop them by SIGTERM`,
    );
  }
  const holder = `${purpose} ${randomUUID()}`;
  const everyPause = <R>(ask: (url: string, table: string) => Promise<R>): Promise<R[]> =>
    Promise.all(loadUrls.flatMap((url) => pausedTables.map((table) => ask(url, table))));
  const take = () => everyPause((url, table) => takeLease(url, table, holder, token));
  let renewing: NodeJS.Timeout | undefined;
  try {
    const deadline = Date.now() + quietWithinMs;
    for (let states = await take(); states.some(({ quiet }) => !quiet); states = await take()) {
      if (Date.now() > deadline) {
        const waiting = states.flatMap((state) => state.waiting).join(', ');
        throw new Error(`load did not come to rest within ${quietWithinMs / 1_000} s: ${waiting}`);
      }
      await sleep(250);
    }
    // A lease that could not be renewed shows in load's offsets, which the work compares.
    renewing = setInterval(() => void take().catch(() => undefined), (leaseSeconds / 4) * 1_000);
    return await work();
  } finally {
    clearInterval(renewing);
    await everyPause((url, table) => giveBack(url, table, holder, token)).catch(() => undefined);
  }
}

interface PauseState {
  quiet: boolean;
  waiting: string[];
}

async function takeLease(url: string, table: string, holder: string, token?: string): Promise<PauseState> {
  const response = await fetch(`${url}/admin/pauses/${table}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...adminHeaders(token) },
    body: JSON.stringify({ holder, lease_seconds: leaseSeconds }),
    signal: AbortSignal.timeout(10_000),
  }).catch((error: Error) => {
    throw new Error(`load at ${url} cannot be paused (${error.message}): name it in LOAD_URLS, or stop it by SIGTERM`);
  });
  if (response.ok) return (await response.json()) as PauseState;
  throw new Error(`load at ${url} cannot be paused: ${response.status} ${(await response.text()).slice(0, 300)}`);
}

async function giveBack(url: string, table: string, holder: string, token?: string): Promise<void> {
  await fetch(`${url}/admin/pauses/${table}?holder=${encodeURIComponent(holder)}`, {
    method: 'DELETE',
    headers: adminHeaders(token),
    signal: AbortSignal.timeout(10_000),
  });
}
