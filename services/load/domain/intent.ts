import type { Progress } from './progress';

/** What load is about to insert: exactly the data of offsets `start` to `end` but for those left out. */
export interface Intent {
  /** Version of the insert statement and its block settings: a block is repeated with the ones it was first sent with. */
  version: number;
  start: number;
  end: number;
  /** Offsets whose records ClickHouse refuses; they are in the dead letters. Ascending. */
  left_out: readonly number[];
}

/** What the metadata of a committed offset says: the block begun there, if one is open, and what is loaded below it. */
export interface Committed {
  intent?: Intent;
  progress: Progress;
}

/**
 * As many records of one block can be left out: their offsets travel in the offset's metadata, which brokers limit to
 * 4,096 bytes.
 */
export const maxLeftOut = 200;

/** The metadata is not load's: another program has committed to its group. */
export class ForeignMetadata extends Error {
  constructor(metadata: string) {
    super(`the committed offset carries metadata that load has not written: ${metadata.slice(0, 100)}`);
    this.name = 'ForeignMetadata';
  }
}

/** Offsets left out are kept relative to the start: short, for the sake of the limit. */
export function formatMetadata({ intent, progress }: Committed): string {
  return JSON.stringify({
    ...(intent && {
      v: intent.version,
      end: intent.end,
      ...(intent.left_out.length > 0 && { out: intent.left_out.map((offset) => offset - intent.start) }),
    }),
    p: [
      progress.loaded_until,
      progress.change_seq,
      progress.raw_partitions,
      ...[...progress.raw].map(([partition, { time, offset }]) => [partition, time ?? null, offset ?? null]),
    ],
    ...(progress.sessionized && {
      s: [progress.sessionized.change_seq, progress.sessionized.input_offset, progress.sessionized.command_offset],
    }),
  });
}

/** Reads what `formatMetadata` wrote beside the offset `start`. Throws ForeignMetadata for anything else but ''. */
export function parseMetadata(start: number, metadata: string): Committed {
  if (metadata === '') return { progress: { loaded_until: 0, change_seq: 0, raw_partitions: 0, raw: new Map() } };
  try {
    const {
      v,
      end,
      out = [],
      p,
      s,
    } = JSON.parse(metadata) as {
      v?: number;
      end?: number;
      out?: number[];
      p: [number, number, number, ...[number, number | null, number | null][]];
      s?: [number, number, number];
    };
    const [loaded_until, change_seq, raw_partitions, ...raw] = p;
    return {
      ...(end !== undefined &&
        v !== undefined && {
          intent: { version: v, start, end, left_out: out.map((offset) => start + offset) },
        }),
      progress: {
        loaded_until,
        change_seq,
        raw_partitions,
        raw: new Map(
          raw.map(([partition, time, offset]) => [partition, { time: time ?? undefined, offset: offset ?? undefined }]),
        ),
        ...(s && { sessionized: { change_seq: s[0], input_offset: s[1], command_offset: s[2] } }),
      },
    };
  } catch {
    throw new ForeignMetadata(metadata);
  }
}

/**
 * The deduplication token of a block. A block that leaves records out is another block and has another token; the one
 * without gaps was refused whole by the parser and has left nothing behind.
 */
export function tokenOf(clusterId: string, topic: string, partition: number, intent: Intent): string {
  const range = `${clusterId}-${topic}-${partition}-${intent.start}-${intent.end}`;
  return intent.left_out.length === 0 ? range : `${range}-without-${intent.left_out.join(',')}`;
}
