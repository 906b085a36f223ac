import { setTimeout as sleep } from 'node:timers/promises';
import type { SessionsInput } from './sessions-input';

/**
 * Writing in the background, so that there is always something to consume: at its pace until only the reserve is above
 * what shall be left, then slowly for as long as it takes; `finish` writes the rest at once, and heartbeats.
 */
export class Writing {
  private finishing = false;
  private readonly done: Promise<void>;

  constructor(
    private readonly input: SessionsInput,
    private readonly left: number,
    pauseMs: number,
    reserve: number,
  ) {
    this.done = this.run(pauseMs, reserve);
    this.done.catch(() => undefined);
  }

  /** Events still to be written. */
  get pending(): number {
    return Math.max(0, this.input.left - this.left);
  }

  async finish(): Promise<void> {
    this.finishing = true;
    await this.done;
  }

  private async run(pauseMs: number, reserve: number): Promise<void> {
    while (this.pending > 0) {
      await this.input.writeRound();
      if (!this.finishing) await sleep(this.pending > reserve ? pauseMs : 10 * pauseMs);
    }
    await this.input.heartbeats();
  }
}
