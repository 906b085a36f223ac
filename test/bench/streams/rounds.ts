import { type Arena, type Course, runSessionize, runStreams } from './contest';
import { type Run, type Summary, summarise } from './report';
import { difference, type Sessions } from './sessions';
import { contenderNames } from './settings';

type Name = (typeof contenderNames)[number];

export interface LoadResult {
  events: number;
  sessions: number;
  /** What Streams was told; what it came to is in its runs. */
  streams_commit_interval_ms: number;
  summaries: Record<string, Summary>;
  /** Each of ours over Streams, by medians. */
  ratios: Record<string, { events_per_second: number; cpu: number }>;
  runs: Record<string, Run[]>;
}

const leastCommitIntervalMs = 50;
/** Streams refuses an interval of its transaction time-out (10 s) or more. */
const mostCommitIntervalMs = 5_000;
const pauseSeconds = 10;

/**
 * A round that counts for nothing but shows that all contenders come to the expected sessions and how often sessionize
 * commits; then the rounds that count, in changing order. Throws when sessions differ.
 */
export async function runRounds(
  arena: Arena,
  course: Course & { name: string },
  expected: Sessions,
): Promise<LoadResult> {
  const { CONTENDERS, COMMIT_INTERVAL_MS, ROUNDS } = arena.settings;
  let commit_interval_ms = COMMIT_INTERVAL_MS || 1_000;
  const once = (contender: Name, round: number, verify: boolean) =>
    contender === 'kafka_streams'
      ? runStreams(arena, course, `${course.name}-${round}`, commit_interval_ms, verify)
      : runSessionize(arena, course, contender, `${course.name}-${round}`, verify);

  // In the order of the names: Streams is told what sessionize comes to.
  for (const contender of contenderNames.filter((name) => CONTENDERS.includes(name))) {
    const { run, sessions } = await once(contender, 0, true);
    tell(course.name, contender, 0, run);
    const fault = difference(expected, sessions as Sessions);
    if (fault) throw new Error(`${contender} does not come to the expected sessions of ${course.name}: ${fault}`);
    console.error(`${course.name}: ${contender} comes to the expected ${expected.size} sessions`);
    if (contender === 'sessionize' && COMMIT_INTERVAL_MS === 0) {
      const wanted = Math.round(run.commit_interval_ms);
      commit_interval_ms = Math.min(Math.max(wanted, leastCommitIntervalMs), mostCommitIntervalMs);
    }
  }
  const runs: Record<string, Run[]> = Object.fromEntries(CONTENDERS.map((name) => [name, []]));
  for (let round = 1; round <= ROUNDS; round++) {
    for (const contender of round % 2 === 1 ? CONTENDERS : [...CONTENDERS].reverse()) {
      const { run } = await once(contender, round, false);
      tell(course.name, contender, round, run);
      runs[contender].push(run);
    }
  }
  const summaries = Object.fromEntries(CONTENDERS.map((name) => [name, summarise(runs[name])]));
  return {
    events: course.events,
    sessions: expected.size,
    streams_commit_interval_ms: commit_interval_ms,
    summaries,
    ratios: ratiosToStreams(summaries),
    runs,
  };
}

function ratiosToStreams({ kafka_streams, ...ours }: Record<string, Summary>): LoadResult['ratios'] {
  if (!kafka_streams) return {};
  const ratio = (one: number, other: number): number => Math.round((one / other) * 100) / 100;
  return Object.fromEntries(
    Object.entries(ours).map(([name, summary]) => [
      name,
      {
        events_per_second: ratio(summary.events_per_second.median, kafka_streams.events_per_second.median),
        cpu: ratio(summary.cpu_seconds_per_million.median, kafka_streams.cpu_seconds_per_million.median),
      },
    ]),
  );
}

function tell(load: string, contender: string, round: number, run: Run): void {
  const { events_per_second, cpu_seconds_per_million, commit_interval_ms, longest_pause_seconds } = run;
  if (longest_pause_seconds > pauseSeconds) {
    console.error(
      `${load} round ${round} ${contender}: nothing was committed for ${longest_pause_seconds.toFixed(0)} s ` +
        `(longest answer of the broker ${run.slowest_poll_seconds.toFixed(1)} s): do not count this run`,
    );
  }
  console.error(
    `${load} round ${round} ${contender}: ${Math.round(events_per_second)} events/s, ` +
      `${cpu_seconds_per_million.toFixed(1)} CPU s per million, a commit every ${Math.round(commit_interval_ms)} ms`,
  );
}
