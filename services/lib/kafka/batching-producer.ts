import { within } from '../deadline';
import type { Log } from '../log';
import { patiently } from '../patience';
import { refusalOf } from '../refusal';

export interface OutgoingRecord {
  key: string;
  value: Buffer;
  headers?: Record<string, string>;
  /** By its key where there is none. */
  partition?: number;
}

/** One connection that can store records. It is used until its first failure and never again. */
export interface Link {
  /** Resolves when every record is stored by all replicas in sync. Called again only after it has settled. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  /** Rejects when the other side does not answer. */
  probe(): Promise<void>;
  /** Ends the connection when what is under way has settled. */
  close(): Promise<void>;
}

/** The records were not acknowledged: they may or may not be stored, and sending them again is the caller's choice. */
export class NotStored extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'NotStored';
  }
}

export interface BatchingOptions {
  /** Size of one send, keys and values; a single larger record goes alone. */
  maxBatchBytes: number;
  /** Longest a caller waits, for its turn and for the answer. */
  sendDeadlineMs: number;
  /** A connection without traffic is tried this often. */
  probeEveryMs: number;
  probeDeadlineMs: number;
  onBatch?(batch: { records: number; latency_ms: number }): void;
  /** A send that was not acknowledged, or a quiet connection that was found broken. */
  onFailure?(): void;
}

interface Caller {
  records: readonly OutgoingRecord[];
  /** Records given to a send so far. */
  taken: number;
  unacknowledged: number;
  since: number;
  resolve(): void;
  reject(error: Error): void;
}

const leastWaitMs = 1_000;

/**
 * Combines the records of concurrent callers into few sends: at once when idle, and while one send is under way the
 * next one gathers. Order of calls is kept.
 *
 * Guarantee: a caller's promise resolves only when each of its records is acknowledged. When one send fails, its
 * callers and all who wait are rejected and the connection is replaced: an idempotent producer that gave up on a send
 * would reuse its sequence numbers, and the broker would acknowledge other records as repeats without storing them.
 */
export class BatchingProducer {
  private link?: Link;
  private reason = 'Kafka: not connected yet';
  private waiting: Caller[] = [];
  private pumping?: Promise<void>;
  private stopped = false;
  private lastAnswerAt = 0;
  private opening: Promise<void>;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly open: () => Promise<Link>,
    private readonly options: BatchingOptions,
    private readonly log: Log,
  ) {
    this.opening = this.openPatiently();
    this.timer = setInterval(() => void this.probeWhenQuiet(), options.probeEveryMs);
  }

  /** Why nothing can be sent; empty when it can. */
  notReady(): string[] {
    return this.link ? [] : [this.reason];
  }

  /** Rejects with NotStored, at once while there is no connection. */
  send(records: readonly OutgoingRecord[]): Promise<void> {
    if (records.length === 0) return Promise.resolve();
    if (!this.link) return Promise.reject(new NotStored(this.reason));
    return new Promise((resolve, reject) => {
      this.waiting.push({ records, taken: 0, unacknowledged: records.length, since: Date.now(), resolve, reject });
      this.startPumping();
    });
  }

  /** Sends what was given, then disconnects. Call it when no more will be given. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    while (this.pumping) await this.pumping;
    this.stopped = true;
    await this.opening;
    const link = this.link;
    this.link = undefined;
    this.reason = 'Kafka: disconnected, the service is stopping';
    await link?.close();
  }

  private startPumping(): void {
    this.pumping ??= this.pump().finally(() => {
      this.pumping = undefined;
      // Given between the pump's last look and here.
      if (this.link && this.waiting.length > 0) this.startPumping();
    });
  }

  private async pump(): Promise<void> {
    while (this.link && this.waiting.length > 0) {
      const link = this.link;
      const { records, shares } = this.nextBatch();
      const begun = performance.now();
      const waited = Date.now() - shares[0].caller.since;
      const deadlineMs = Math.max(this.options.sendDeadlineMs - waited, leastWaitMs);
      try {
        await within(deadlineMs, link.send(records));
      } catch (error) {
        this.fail(
          link,
          error as Error,
          shares.map(({ caller }) => caller),
        );
        return;
      }
      this.lastAnswerAt = Date.now();
      this.options.onBatch?.({ records: records.length, latency_ms: performance.now() - begun });
      for (const { caller, count } of shares) {
        caller.unacknowledged -= count;
        if (caller.unacknowledged === 0) caller.resolve();
      }
    }
  }

  /** The oldest records up to the batch size, and whose they are. */
  private nextBatch(): { records: OutgoingRecord[]; shares: { caller: Caller; count: number }[] } {
    const records: OutgoingRecord[] = [];
    const shares: { caller: Caller; count: number }[] = [];
    let bytes = 0;
    let used = 0;
    for (const caller of this.waiting) {
      const before = records.length;
      while (caller.taken < caller.records.length) {
        const record = caller.records[caller.taken];
        bytes += record.key.length + record.value.length;
        if (records.length > 0 && bytes > this.options.maxBatchBytes) break;
        records.push(record);
        caller.taken++;
      }
      if (records.length > before) shares.push({ caller, count: records.length - before });
      if (caller.taken < caller.records.length) break;
      used++;
    }
    this.waiting.splice(0, used);
    return { records, shares };
  }

  private fail(link: Link, error: Error, callers: Caller[]): void {
    this.link = undefined;
    this.reason = `Kafka: ${error.message}`;
    this.options.onFailure?.();
    this.log.warn({ error: error.message }, 'records could not be stored, connecting anew');
    for (const caller of new Set([...callers, ...this.waiting])) caller.reject(new NotStored(this.reason));
    this.waiting = [];
    link.close().catch((fault) => this.log.debug({ error: String(fault) }, 'a given up connection did not close'));
    this.opening = this.openPatiently();
  }

  private async probeWhenQuiet(): Promise<void> {
    const link = this.link;
    if (!link || this.pumping || Date.now() - this.lastAnswerAt < this.options.probeEveryMs) return;
    this.lastAnswerAt = Date.now();
    try {
      await within(this.options.probeDeadlineMs, link.probe());
    } catch (error) {
      // A send that is under way finds out by itself, with its own deadline.
      if (this.link === link && !this.pumping) this.fail(link, error as Error, []);
    }
  }

  private async openPatiently(): Promise<void> {
    const connect = async (): Promise<Link | undefined> => {
      try {
        return this.stopped ? undefined : await this.open();
      } catch (error) {
        this.reason = `Kafka: ${refusalOf(error) ?? (error as Error).message}`;
        throw error;
      }
    };
    // A rejection means that it was stopped while it tried.
    this.link = await patiently('connecting to Kafka', this.log, connect, () => this.stopped).catch(() => undefined);
    this.lastAnswerAt = Date.now();
    if (this.link) this.log.info('connected to Kafka');
  }
}
