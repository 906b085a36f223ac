import { murmur2 } from './partitioner';

/** Partition counts a deployment may have. */
export const MOST_PARTITIONS = 24;

/** raw_time of every partition of every partition count from 1 to 24 at once. */
export class RawTimes {
  highest = Number.NEGATIVE_INFINITY;
  private readonly times = Array.from({ length: MOST_PARTITIONS }, (_, i) =>
    new Float64Array(i + 1).fill(Number.NEGATIVE_INFINITY),
  );

  add(event_id: string, at: number): void {
    const positive = murmur2(event_id) & 0x7fffffff;
    for (const times of this.times) {
      const p = positive % times.length;
      if (at > times[p]!) times[p] = at;
    }
    if (at > this.highest) this.highest = at;
  }

  /** The lowest of all raw_times: what is older than this by the lateness is late wherever it goes. */
  lowest(): number {
    let low = Number.POSITIVE_INFINITY;
    for (const times of this.times) {
      for (const time of times) if (time < low) low = time;
    }
    return low;
  }
}
