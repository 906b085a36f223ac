import { setTimeout as sleep } from 'node:timers/promises';
import type { Batch } from './kafkajs';
import { valueBytes } from './values';

export interface HandOffLimits {
  /** Of values. A smaller batch is soon done with: to wait for it costs less than a fetch in which its partition lacks. */
  minBytes: number;
  /** Of values of all batches at work aside, unless there is only one: bounds memory, together with one more fetch. */
  maxBytes: number;
}

const heartbeatEveryMs = 500;

/**
 * Which batches are worked on aside while kafkajs goes on fetching for other partitions. It fetches again only when all
 * handlers of a fetch have returned: in a backlog whoever takes the records would idle meanwhile.
 */
export class HandOff {
  private atWork = 0;
  /** Those that wait for room, in order of their coming. */
  private readonly waiting: (() => void)[] = [];

  constructor(private readonly limits: HandOffLimits | undefined) {}

  /** Bytes of a batch that is to be worked on aside; undefined when it is to be waited for. */
  bytesOf({ messages }: Pick<Batch, 'messages'>): number | undefined {
    if (!this.limits) return undefined;
    const bytes = messages.reduce((sum, message) => sum + valueBytes(message), 0);
    return bytes >= this.limits.minBytes ? bytes : undefined;
  }

  /**
   * Waits until there is room for so many bytes, first come, first served; what it answers gives the room back. Calls
   * `heartbeat` while it waits and lets its error through.
   */
  async room(bytes: number, heartbeat: () => Promise<void>): Promise<() => void> {
    const { maxBytes } = this.limits as HandOffLimits;
    let first = this.waiting.length === 0;
    const turn = () => {
      first = true;
    };
    this.waiting.push(turn);
    try {
      while (!first || (this.atWork > 0 && this.atWork + bytes > maxBytes)) {
        await this.change(heartbeatEveryMs);
        await heartbeat();
      }
      this.atWork += bytes;
    } finally {
      this.waiting.splice(this.waiting.indexOf(turn), 1);
      this.waiting[0]?.();
      this.changed();
    }
    return () => {
      this.atWork -= bytes;
      this.changed();
    };
  }

  private wake = new AbortController();

  private changed(): void {
    this.wake.abort();
    this.wake = new AbortController();
  }

  /** Until room was given back or so long. */
  private change(withinMs: number): Promise<void> {
    return sleep(withinMs, undefined, { signal: this.wake.signal, ref: false }).catch(() => undefined);
  }
}
