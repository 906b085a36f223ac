import type { Log } from '../lib/log';
import type { Status, StatusBook } from './domain/status-book';

/**
 * Writes what the book holds to `pipeline_status`: at once when nothing was written of late, else `everyMs` after the
 * last write, all partitions that have moved in one statement. It follows the inserts and may lag behind them.
 */
export class StatusWriter {
  private lastWriteAt = 0;
  private writing?: Promise<void>;
  private readonly timer: NodeJS.Timeout;

  constructor(
    private readonly book: StatusBook,
    private readonly write: (rows: readonly Status[]) => Promise<void>,
    private readonly everyMs: number,
    private readonly log: Log,
    /** What has just been written. */
    private readonly onWritten: (rows: readonly Status[]) => void = () => undefined,
  ) {
    this.timer = setInterval(() => this.writeWhenDue(Date.now()), Math.min(50, everyMs));
  }

  /** Writes what is left, once. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.writing;
    if (this.book.hasChanges) await this.writeOnce();
  }

  private writeWhenDue(now: number): void {
    if (this.writing || !this.book.hasChanges || now - this.lastWriteAt < this.everyMs) return;
    this.writing = this.writeOnce().finally(() => {
      this.writing = undefined;
    });
  }

  private async writeOnce(): Promise<void> {
    const rows = this.book.take();
    try {
      await this.write(rows);
      this.onWritten(rows);
    } catch (error) {
      this.book.putBack(rows);
      this.log.debug({ error: (error as Error).message }, 'pipeline_status could not be written, trying on');
    }
    this.lastWriteAt = Date.now();
  }
}
