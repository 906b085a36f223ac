import type { Admin } from '../../../services/lib/kafka/kafkajs';
import { topics } from '../../../services/lib/topics';
import { type Contender, cpuSeconds, machineCpuSeconds, peakRssMb, until } from './process';

export interface Measured {
  seconds: number;
  cpu_seconds: number;
  /** Of the broker meanwhile: what a contender leaves to it. */
  broker_cpu_seconds: number;
  /** Cores that everything else kept busy meanwhile, this program included: the more, the less the run says. */
  others_cores: number;
  /** Longest time in which nothing was seen to be committed: far above the commit interval, something stood still. */
  longest_pause_seconds: number;
  /** Longest answer to the question what is committed: when this is long, it was not the contender that stood still. */
  slowest_poll_seconds: number;
  /** What the start had cost before, which is not in `cpu_seconds`. */
  start_cpu_seconds: number;
  peak_rss_mb: number;
}

const pollEveryMs = 50;
const withinMs = 30 * 60_000;

/**
 * From now, when a contender has just got its partitions, until its group has committed all of the input. Both commit
 * offsets in the transaction that holds their output, so what is committed is done and visible.
 */
export async function untilCommitted(
  admin: Admin,
  contender: Contender,
  groupId: string,
  inputEnds: readonly number[],
  brokerPid: number,
): Promise<Measured> {
  const startedAt = performance.now();
  const start = cpuSeconds(contender.pid);
  const brokerStart = cpuSeconds(brokerPid);
  const machineStart = machineCpuSeconds();
  const seen = { total: 0, at: startedAt, longestPause: 0, slowestPoll: 0 };
  await until(`${groupId} to commit all input`, withinMs, pollEveryMs, async () => {
    contender.assertRunning();
    const askedAt = performance.now();
    const [group] = await admin.fetchOffsets({ groupId, topics: [topics.enriched] });
    const now = performance.now();
    const committed = new Map(group?.partitions.map(({ partition, offset }) => [partition, Number(offset)]));
    const total = inputEnds.reduce((sum, _, partition) => sum + Math.max(committed.get(partition) ?? 0, 0), 0);
    seen.slowestPoll = Math.max(seen.slowestPoll, now - askedAt);
    seen.longestPause = Math.max(seen.longestPause, now - seen.at);
    if (total > seen.total) Object.assign(seen, { total, at: now });
    return inputEnds.every((end, partition) => (committed.get(partition) ?? -1) >= end);
  });
  const seconds = (performance.now() - startedAt) / 1_000;
  const cpu_seconds = cpuSeconds(contender.pid) - start;
  const broker_cpu_seconds = cpuSeconds(brokerPid) - brokerStart;
  return {
    seconds,
    cpu_seconds,
    broker_cpu_seconds,
    others_cores: (machineCpuSeconds() - machineStart - cpu_seconds - broker_cpu_seconds) / seconds,
    longest_pause_seconds: seen.longestPause / 1_000,
    slowest_poll_seconds: seen.slowestPoll / 1_000,
    start_cpu_seconds: start,
    peak_rss_mb: peakRssMb(contender.pid),
  };
}
