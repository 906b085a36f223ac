import type { Status } from './status-book';

/** A row of `pipeline_status_log` as JSONEachRow takes it; times in UTC. */
export function statusRow(status: Status): Record<string, unknown> {
  const known = [...status.raw];
  return {
    topic: status.topic,
    partition: status.partition,
    loaded_offset: status.loaded_offset,
    loaded_until: clickHouseTime(status.loaded_until),
    raw_partitions: status.raw_partitions,
    raw_time: Object.fromEntries(
      known.flatMap(([partition, reach]) =>
        reach.time === undefined ? [] : [[partition, clickHouseTime(reach.time)]],
      ),
    ),
    raw_offset: Object.fromEntries(
      known.flatMap(([partition, reach]) => (reach.offset === undefined ? [] : [[partition, reach.offset]])),
    ),
    change_seq: status.change_seq,
    ...(status.sessionized && {
      progress_change_seq: status.sessionized.change_seq,
      input_offset: status.sessionized.input_offset,
      command_offset: status.sessionized.command_offset,
    }),
  };
}

/** `YYYY-MM-DD hh:mm:ss.mmm`, which the engine reads without further settings. */
export const clickHouseTime = (epoch_ms: number): string =>
  new Date(epoch_ms).toISOString().replace('T', ' ').slice(0, -1);
