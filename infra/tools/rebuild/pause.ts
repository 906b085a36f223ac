import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { adminHeaders } from '../settings';

interface PauseState {
  table: string;
  topic: string;
  quiet: boolean;
  waiting: string[];
}

/** How far load has come in a topic, as its group's offsets tell: an insert is never begun before its offset says so. */
export interface Fence {
  /** Offset and metadata of every partition. */
  committed: string;
  /** Partitions whose block has been begun and not ended, with its first offset. */
  open: ReadonlyMap<number, string>;
}

export interface PauseDeps {
  /** Every load's address. */
  urls: readonly string[];
  /** LOAD_ADMIN_TOKEN, where load has one. */
  token?: string;
  holder: string;
  leaseSeconds: number;
  /** Somebody says that no load runs: none has to answer. */
  loadIsStopped: boolean;
}

/**
 * Holds a table's topic up in every load there is, and goes on renewing the lease until `end`. The lease keeps load from
 * writing; that it has not written is told by the fence, which also sees a load that nobody has asked.
 */
export class Pause {
  private timer: NodeJS.Timeout | undefined;

  private constructor(
    private readonly deps: PauseDeps,
    private readonly table: string,
  ) {}

  /** Resolves when no block is under way in any load asked; throws when one refuses, or does not answer. */
  static async take(deps: PauseDeps, table: string, told: (text: string) => void, withinMs = 120_000): Promise<Pause> {
    const pause = new Pause(deps, table);
    if (deps.loadIsStopped) return pause;
    try {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const states = await pause.ask();
        pause.timer ??= setInterval(() => void pause.ask().catch(() => undefined), (deps.leaseSeconds * 1_000) / 4);
        const waiting = states.flatMap((state) => state.waiting);
        if (waiting.length === 0) return pause;
        told(`waits for load to end its blocks: ${waiting.join(', ')}`);
        if (Date.now() > deadline)
          throw new Error(`load does not end its blocks of ${waiting.join(', ')}: see its log`);
        await sleep(200);
      }
    } catch (error) {
      await pause.end();
      throw error;
    }
  }

  /** Gives the lease back; a load that does not answer lets it run out. */
  async end(): Promise<void> {
    clearInterval(this.timer);
    if (this.deps.loadIsStopped) return;
    await Promise.all(
      this.deps.urls.map((url) =>
        fetch(`${this.address(url)}?holder=${encodeURIComponent(this.deps.holder)}`, {
          method: 'DELETE',
          headers: adminHeaders(this.deps.token),
          signal: AbortSignal.timeout(5_000),
        }).catch(() => undefined),
      ),
    );
  }

  private ask(): Promise<PauseState[]> {
    return Promise.all(this.deps.urls.map((url) => this.askOne(url)));
  }

  private async askOne(url: string): Promise<PauseState> {
    const { holder, leaseSeconds, token } = this.deps;
    let response: Response;
    try {
      response = await fetch(this.address(url), {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...adminHeaders(token) },
        body: JSON.stringify({ holder, lease_seconds: leaseSeconds }),
        signal: AbortSignal.timeout(15_000),
      });
    } catch (error) {
      const { cause, message } = error as Error;
      const why = (cause as { code?: string } | undefined)?.code ?? message;
      throw new Error(`load at ${url} does not answer (${why}); if none runs, say so with LOAD=stopped`);
    }
    const answer = (await response.json()) as PauseState & { error?: string };
    if (!response.ok) throw new Error(`load at ${url}: ${answer.error ?? `status ${response.status}`}`);
    return answer;
  }

  private address = (url: string): string => `${url}/admin/pauses/${this.table}`;
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
