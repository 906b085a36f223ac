/** What a partition of enriched events has heard of one raw partition. */
export interface RawPosition {
  /** Highest event time there, epoch ms; undefined until a record has carried one. */
  raw_time: number | undefined;
  /** Next raw offset whose effects have all arrived. */
  raw_offset: number;
}

/**
 * Event time below which nothing in time can arrive: the least raw_time over all raw partitions, undefined before each
 * has reported. Only it evicts state. As it never exceeds the raw_time that judged an event, an event in time always
 * finds the state it belongs to.
 */
export class Watermark {
  private readonly positions: Map<number, RawPosition>;

  constructor(
    public rawPartitions = 0,
    positions: Iterable<[number, RawPosition]> = [],
  ) {
    this.positions = new Map(positions);
  }

  observe(partition: number, rawPartitions: number, rawTime: number | undefined, rawOffset = 0): void {
    if (rawPartitions > this.rawPartitions) this.rawPartitions = rawPartitions;
    let position = this.positions.get(partition);
    if (!position) {
      position = { raw_time: undefined, raw_offset: 0 };
      this.positions.set(partition, position);
    }
    if (rawTime !== undefined && !(rawTime <= (position.raw_time ?? Number.NEGATIVE_INFINITY)))
      position.raw_time = rawTime;
    if (rawOffset > position.raw_offset) position.raw_offset = rawOffset;
  }

  value(): number | undefined {
    return this.holdback()?.time;
  }

  /** The raw partition that holds the watermark back, and the watermark. */
  holdback(): { partition: number; time: number } | undefined {
    if (this.rawPartitions === 0 || this.positions.size < this.rawPartitions) return undefined;
    let least: { partition: number; time: number } | undefined;
    for (const [partition, { raw_time }] of this.positions) {
      if (raw_time === undefined) return undefined;
      if (!least || raw_time < least.time) least = { partition, time: raw_time };
    }
    return least;
  }

  entries(): [number, RawPosition][] {
    return [...this.positions].sort(([a], [b]) => a - b);
  }
}
