import { mergeProgress, noProgress, type Progress } from './progress';

/** One row of `pipeline_status`: everything of the partition below `loaded_offset` is in the tables. */
export interface Status extends Progress {
  topic: string;
  partition: number;
  loaded_offset: number;
}

/**
 * What is known to be loaded, by topic and partition, and which of it has not been written down yet. Many changes
 * between two writes become one row a partition.
 */
export class StatusBook {
  private readonly rows = new Map<string, Status>();
  private readonly changed = new Set<string>();

  /** Notes what has been inserted. Call it after the insert, never before. */
  note(status: Status): void {
    const key = `${status.topic}/${status.partition}`;
    const known = this.rows.get(key);
    this.rows.set(key, {
      ...mergeProgress(known ?? noProgress, status),
      topic: status.topic,
      partition: status.partition,
      loaded_offset: Math.max(known?.loaded_offset ?? 0, status.loaded_offset),
    });
    this.changed.add(key);
  }

  all(): Status[] {
    return [...this.rows.values()];
  }

  get hasChanges(): boolean {
    return this.changed.size > 0;
  }

  /** Rows to be written, one for each partition that has moved; they then count as written. */
  take(): Status[] {
    const rows = [...this.changed].map((key) => this.rows.get(key) as Status);
    this.changed.clear();
    return rows;
  }

  /** A write of `rows` has failed: they are due again, as they are by now. */
  putBack(rows: readonly Status[]): void {
    for (const { topic, partition } of rows) this.changed.add(`${topic}/${partition}`);
  }
}
