import { setTimeout as sleep } from 'node:timers/promises';
import { NotStored, type OutgoingRecord } from '../../lib/kafka/batching-producer';
import type { Log } from '../../lib/log';
import type { Spool } from './spool';

/** Where records belong; the spool holds them while it is away. */
export interface Destination {
  send(records: readonly OutgoingRecord[]): Promise<void>;
  notReady(): string[];
}

export interface SpoolingOptions {
  /** Size of one send when replaying. */
  batchBytes: number;
  /** How long a failed replay waits before it is tried again. */
  retryEveryMs: number;
  onSpooled?(records: number): void;
  onReplayed?(records: number): void;
}

/**
 * Sends to Kafka, or onto the disk while Kafka is away. As long as anything is on the disk everything goes behind it, so
 * that the order of calls is kept.
 *
 * Guarantee: `store` resolves when every record is stored by Kafka or on this disk. What is on the disk is sent as soon as
 * Kafka is back, by this process or the next one on the same folder, in order, at least once and under the same keys: a
 * send whose answer is missing may have been stored, and is sent again.
 */
export class SpoolingStore {
  private stopped = false;
  private fault?: string;
  private readonly replaying: Promise<void>;
  private wake: () => void = () => undefined;

  constructor(
    private readonly destination: Destination,
    private readonly spool: Spool,
    private readonly options: SpoolingOptions,
    private readonly log: Log,
  ) {
    this.replaying = this.replay();
  }

  /** Why nothing can be stored; empty when it can. */
  notReady(): string[] {
    const spool = this.spool.notReady();
    const mustSpool = this.spool.unreplayedBytes > 0 || this.destination.notReady().length > 0;
    const reasons = spool.length > 0 && mustSpool ? [...this.destination.notReady(), ...spool] : [];
    return this.fault ? [this.fault, ...reasons] : reasons;
  }

  /** Rejects with NotStored when neither Kafka nor the disk takes them. */
  async store(records: readonly OutgoingRecord[]): Promise<void> {
    if (this.spool.unreplayedBytes === 0) {
      try {
        return await this.destination.send(records);
      } catch (error) {
        if (!(error instanceof NotStored)) throw error;
      }
    }
    await this.spool.append(records);
    this.options.onSpooled?.(records.length);
    this.wake();
  }

  /** Ends the replay where it is; what is left stays on the disk. */
  async stop(): Promise<void> {
    this.stopped = true;
    this.wake();
    await this.replaying;
    await this.spool.close();
  }

  private async replay(): Promise<void> {
    while (!this.stopped) {
      try {
        if (!(await this.replayOnce())) await this.rest();
      } catch (error) {
        if (!(error instanceof NotStored)) {
          const { message } = error as Error;
          if (this.fault !== message) this.log.error({ error: message }, 'the spool cannot be replayed');
          this.fault = message;
        }
        await this.rest();
      }
    }
  }

  /** Whether there was something to send and it was stored. */
  private async replayOnce(): Promise<boolean> {
    if (this.spool.unreplayedBytes === 0 || this.destination.notReady().length > 0) return false;
    const batch = await this.spool.next(this.options.batchBytes);
    if (!batch) return false;
    await this.destination.send(batch.records);
    await batch.done();
    this.fault = undefined;
    this.options.onReplayed?.(batch.records.length);
    return true;
  }

  /** Until something is spooled, or it is time to look whether Kafka is back. */
  private async rest(): Promise<void> {
    if (this.spool.unreplayedBytes > 0) return void (await sleep(this.options.retryEveryMs));
    await new Promise<void>((resolve) => {
      this.wake = resolve;
      if (this.stopped || this.spool.unreplayedBytes > 0) resolve();
    });
  }
}
