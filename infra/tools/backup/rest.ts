import { randomUUID } from 'node:crypto';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { Pause } from '../load-pause';
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

/**
 * Runs work while no load inserts: paused where it runs, and set going again whatever becomes of the work. A lease that
 * could not be renewed shows in load's offsets, which the work compares.
 *
 * Throws before the work begins when there are more loads than `loadUrls` names, or one cannot be paused.
 */
export async function whileLoadRests<T>(rest: Rest, work: () => Promise<T>): Promise<T> {
  const { admin, groupPrefix, loadUrls, token, quietWithinMs = 60_000, purpose = 'backup' } = rest;
  const { groups } = await admin.describeGroups(loadedTopics.map((topic) => loadGroup(groupPrefix, topic)));
  const members = Math.max(...groups.map((group) => group.members.length));
  if (members === 0) return work();
  const pause = await Pause.take(
    {
      urls: loadUrls,
      token,
      holder: `${purpose} ${randomUUID()}`,
      leaseSeconds: 60,
      ifNoneAnswers: 'name it in LOAD_URLS, or stop it by SIGTERM',
      loadIsStopped: false,
    },
    pausedTables,
    () => undefined,
    quietWithinMs,
  );
  try {
    if (members > pause.consumers) {
      throw new Error(
        `${members} consumers load a topic, and the loads that LOAD_URLS names are ${pause.consumers} of them: ` +
          'name every load, or stop it by SIGTERM',
      );
    }
    return await work();
  } finally {
    await pause.end();
  }
}
