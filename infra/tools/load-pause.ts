import { setTimeout as sleep } from 'node:timers/promises';
import { adminHeaders } from './settings';

interface PauseState {
  table: string;
  waiting: string[];
  /** Members of the topic's group that this load is; the last release's says nothing of it and is one. */
  consumers?: number;
}

export interface PauseDeps {
  /** Every load's address. */
  urls: readonly string[];
  /** LOAD_ADMIN_TOKEN, where load has one. */
  token?: string;
  holder: string;
  leaseSeconds: number;
  /** What to do about a load that does not answer, for the message. */
  ifNoneAnswers: string;
  /** Somebody says that no load runs: none has to answer. */
  loadIsStopped: boolean;
}

/**
 * Holds the topics of tables up in every load there is, and goes on renewing the leases until `end`; load's side is
 * services/load/pause.ts. A lease keeps load from writing; that it has not written shows in its offsets, which also tell
 * of a load that nobody has asked. Should this process die, load goes on when the lease has run out.
 */
export class Pause {
  private timer: NodeJS.Timeout | undefined;
  /** How many members of a topic's group the loads that were asked are together. */
  consumers = 0;

  private constructor(
    private readonly deps: PauseDeps,
    private readonly tables: readonly string[],
  ) {}

  /** Resolves when no block is under way in any load asked; throws when one refuses, or does not answer. */
  static async take(
    deps: PauseDeps,
    tables: readonly string[],
    told: (text: string) => void,
    withinMs = 120_000,
  ): Promise<Pause> {
    const pause = new Pause(deps, tables);
    if (deps.loadIsStopped) return pause;
    try {
      const deadline = Date.now() + withinMs;
      for (;;) {
        const states = await pause.ask();
        pause.timer ??= setInterval(() => void pause.ask().catch(() => undefined), (deps.leaseSeconds * 1_000) / 4);
        const ofOneTable = states.filter(({ table }) => table === tables[0]);
        pause.consumers = ofOneTable.reduce((sum, { consumers = 1 }) => sum + consumers, 0);
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
    await this.everywhere((address) =>
      fetch(`${address}?holder=${encodeURIComponent(this.deps.holder)}`, {
        method: 'DELETE',
        headers: adminHeaders(this.deps.token),
        signal: AbortSignal.timeout(5_000),
      }).catch(() => undefined),
    );
  }

  private ask(): Promise<PauseState[]> {
    return this.everywhere((address, url) => this.askOne(address, url));
  }

  private everywhere<T>(ask: (address: string, url: string) => Promise<T>): Promise<T[]> {
    const { urls } = this.deps;
    return Promise.all(urls.flatMap((url) => this.tables.map((table) => ask(`${url}/admin/pauses/${table}`, url))));
  }

  private async askOne(address: string, url: string): Promise<PauseState> {
    const { holder, leaseSeconds, token } = this.deps;
    let response: Response;
    try {
      response = await fetch(address, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...adminHeaders(token) },
        body: JSON.stringify({ holder, lease_seconds: leaseSeconds }),
        signal: AbortSignal.timeout(15_000),
      });
    } catch (error) {
      const { cause, message } = error as Error;
      const why = (cause as { code?: string } | undefined)?.code ?? message;
      throw new Error(`load at ${url} does not answer (${why}): ${this.deps.ifNoneAnswers}`);
    }
    const answer = (await response.json()) as PauseState & { error?: string };
    if (!response.ok) throw new Error(`load at ${url}: ${answer.error ?? `status ${response.status}`}`);
    return answer;
  }
}
