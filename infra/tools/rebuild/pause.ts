import { setTimeout as sleep } from 'node:timers/promises';
import type { Admin } from '../../../services/lib/kafka/kafkajs';

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
  /** Partitions whose block has been begun and not ended. */
  open: number[];
}

export interface PauseDeps {
  /** Every load's address. */
  urls: readonly string[];
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
          signal: AbortSignal.timeout(5_000),
        }).catch(() => undefined),
      ),
    );
  }

  private ask(): Promise<PauseState[]> {
    return Promise.all(this.deps.urls.map((url) => this.askOne(url)));
  }

  private async askOne(url: string): Promise<PauseState> {
    const { holder, leaseSeconds } = this.deps;
    let response: Response;
    try {
      response = await fetch(this.address(url), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
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
export async function fenceOf(admin: Admin, groupId: string, topic: string): Promise<Fence> {
  const [group] = await admin.fetchOffsets({ groupId, topics: [topic] });
  const partitions = [...(group?.partitions ?? [])].sort((a, b) => a.partition - b.partition);
  const isOpen = (metadata: string | null): boolean =>
    (JSON.parse(metadata || '{}') as { end?: number }).end !== undefined;
  return {
    // Progress that is told beside an offset may grow while nothing is loaded.
    committed: partitions.map(({ partition, offset }) => `${partition}:${offset}`).join(' '),
    open: partitions.filter(({ metadata }) => isOpen(metadata)).map(({ partition }) => partition),
  };
}

/** Waits until no partition has an open block: each is ended by whoever owns it, even while its topic is paused. */
export async function quietFence(
  admin: Admin,
  groupId: string,
  topic: string,
  told: (text: string) => void,
  withinMs = 60_000,
): Promise<Fence> {
  const deadline = Date.now() + withinMs;
  for (;;) {
    const fence = await fenceOf(admin, groupId, topic);
    if (fence.open.length === 0) return fence;
    told(`waits for the open blocks of ${topic}, partitions ${fence.open.join(', ')}`);
    if (Date.now() > deadline) {
      throw new Error(
        `${topic} has open blocks in partitions ${fence.open.join(', ')}, which nobody ends: is load running and well?`,
      );
    }
    await sleep(200);
  }
}
