/** How far one raw partition is reflected: highest event time (epoch ms) and next raw offset; undefined if unknown. */
export interface RawReach {
  time?: number;
  offset?: number;
}

/** What the loaded records of one topic and partition say about how far the pipeline has come. */
export interface Progress {
  /** Kafka time of the last record loaded, epoch ms; 0 before the first. */
  loaded_until: number;
  /** Highest change_seq loaded; 0 where there are none. */
  change_seq: number;
  /** How many raw partitions there are; 0 until known. */
  raw_partitions: number;
  raw: ReadonlyMap<number, RawReach>;
  /** Topic sessions only: as of which change_seq the input and the commands below these offsets are in rows. */
  sessionized?: Sessionized;
}

export interface Sessionized {
  change_seq: number;
  input_offset: number;
  command_offset: number;
}

export const noProgress: Progress = { loaded_until: 0, change_seq: 0, raw_partitions: 0, raw: new Map() };

/** Both together. Nothing ever goes back: what is loaded stays loaded. */
export function mergeProgress(a: Progress, b: Progress): Progress {
  const raw = new Map(a.raw);
  for (const [partition, { time, offset }] of b.raw) {
    const known = raw.get(partition);
    raw.set(partition, { time: higher(known?.time, time), offset: higher(known?.offset, offset) });
  }
  return {
    loaded_until: Math.max(a.loaded_until, b.loaded_until),
    change_seq: Math.max(a.change_seq, b.change_seq),
    raw_partitions: Math.max(a.raw_partitions, b.raw_partitions),
    raw,
    ...later(a.sessionized, b.sessionized),
  };
}

/** The three belong together: those of the later progress record. */
function later(a?: Sessionized, b?: Sessionized): { sessionized?: Sessionized } {
  const sessionized = !a || (b && b.change_seq >= a.change_seq && b.input_offset >= a.input_offset) ? b : a;
  return sessionized ? { sessionized } : {};
}

const higher = (a: number | undefined, b: number | undefined): number | undefined =>
  a === undefined ? b : b === undefined ? a : Math.max(a, b);
