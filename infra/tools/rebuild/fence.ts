import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from '../../../services/lib/kafka/kafkajs';

/** How far load has come in a topic, as its group's offsets tell: an insert is never begun before its offset says so. */
export interface Fence {
  /** Offset and metadata of every partition. */
  committed: string;
  /** Partitions whose block has been begun and not ended, with its first offset. */
  open: ReadonlyMap<number, string>;
}

/** The offsets of load's group for a topic; metadata with an `end` is that of an open block. */
export async function fenceOf(admin: Pick<Admin, 'fetchOffsets'>, groupId: string, topic: string): Promise<Fence> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const partitions = [...(group?.partitions ?? [])].sort((a, b) => a.partition - b.partition);
  const isOpen = (metadata: string | null): boolean =>
    (JSON.parse(metadata || '{}') as { end?: number }).end !== undefined;
  return {
    // Progress that is told beside an offset may grow while nothing is loaded.
    committed: partitions.map(({ partition, offset }) => `${partition}:${offset}`).join(' '),
    open: new Map(
      partitions.filter(({ metadata }) => isOpen(metadata)).map(({ partition, offset }) => [partition, offset]),
    ),
  };
}

export interface QuietOptions {
  /** Somebody says so: then nobody ends a block, and there is little to wait for. */
  loadIsStopped: boolean;
  withinMs?: number;
  pollMs?: number;
}

/**
 * Waits until no partition has an open block: each is ended by whoever owns it, even while its topic is paused. Throws
 * when that does not come about, and says whether blocks were begun meanwhile (a load that nobody has asked) or not.
 */
export async function quietFence(
  admin: Pick<Admin, 'fetchOffsets'>,
  groupId: string,
  topic: string,
  told: (text: string) => void,
  { loadIsStopped, withinMs = loadIsStopped ? 5_000 : 60_000, pollMs = 200 }: QuietOptions,
): Promise<Fence> {
  const deadline = Date.now() + withinMs;
  const first = new Map<number, string>();
  let isAtWork = false;
  for (;;) {
    const fence = await fenceOf(admin, groupId, topic);
    if (fence.open.size === 0) return fence;
    for (const [partition, offset] of fence.open) {
      // One that ends an open block, and keeps to the pause, begins no other.
      if (first.has(partition) && first.get(partition) !== offset) isAtWork = true;
      else first.set(partition, offset);
    }
    const where = `${topic} has open blocks in partitions ${[...fence.open.keys()].join(', ')}`;
    told(`waits: ${where}`);
    if (Date.now() > deadline) throw new Error(`${where}${whyOpen(isAtWork, loadIsStopped)}`);
    await sleep(pollMs);
  }
}

function whyOpen(isAtWork: boolean, loadIsStopped: boolean): string {
  if (isAtWork && loadIsStopped) return ': LOAD=stopped was said, and a load is at work';
  if (isAtWork) return ': a load is at work that was not asked to pause: is each one in LOAD_URLS?';
  if (loadIsStopped) return ', which a killed load has left: start one, which ends them, then stop it by SIGTERM';
  return ', which nobody ends: is load running and well?';
}
