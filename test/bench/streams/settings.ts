import { z } from 'zod';
import { flag, integer } from '../../../services/lib/settings';
import { loadShapes } from './loads';

const listOf = <const Name extends string>(names: readonly Name[]) =>
  z
    .string()
    .default(names.join(','))
    .transform((text) => text.split(',').map((name) => name.trim()))
    .pipe(z.array(z.enum(names)).min(1));

/** The service; the service with what Streams computes and no more; Streams. */
export const contenderNames = ['sessionize', 'sessionize_bounds', 'kafka_streams'] as const;

/** Environment variables of the comparison; README.md says what each is for. */
export const benchSettings = z.object({
  EVENTS: integer(2_000_000, 1_000, 20_000_000),
  CUSTOMERS: integer(50_000, 10, 1_000_000),
  ROUNDS: integer(5, 1, 100),
  SEED: integer(1, 0, 2 ** 31 - 1),
  LOADS: listOf(Object.keys(loadShapes) as (keyof typeof loadShapes)[]),
  CONTENDERS: listOf(contenderNames),
  /** Of Streams; 0 takes what sessionize comes to in the round before the first. */
  COMMIT_INTERVAL_MS: integer(0, 0, 60_000),
  THREADS: integer(1, 1, 64),
  CACHE_MB: integer(64, 0, 4_096),
  /** Of Streams' store; gap and grace (90) are the least. It opens a database for each half of it. */
  RETENTION_MINUTES: integer(1_440, 90, 100_000),
  STREAMS_HEAP_MB: integer(1_024, 64, 65_536),
  NODE_HEAP_MB: integer(4_096, 64, 65_536),
  /** Whether sessionize writes CPU profiles; they cost it some speed. */
  PROFILE: flag(false),
});

export type BenchSettings = z.infer<typeof benchSettings>;
