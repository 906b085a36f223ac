import type { Measured } from './measure';

/** One run of one contender over one load. */
export interface Run extends Measured {
  events_per_second: number;
  cpu_seconds_per_million: number;
  broker_cpu_seconds_per_million: number;
  /** Mean time between two commits of one partition. */
  commit_interval_ms: number;
  /** Change sets, or updates, an event: low where commits hold whole sessions, 1 where each touches a customer once. */
  updates_per_event: number;
  /** Records given to the broker an event, state and markers included. */
  records_per_event: number;
}

interface Spread {
  min: number;
  median: number;
  max: number;
}

export interface Summary {
  events_per_second: Spread;
  cpu_seconds_per_million: Spread;
  broker_cpu_seconds_per_million: Spread;
  commit_interval_ms: Spread;
  updates_per_event: Spread;
  records_per_event: Spread;
  peak_rss_mb: Spread;
  others_cores: Spread;
}

export function summarise(runs: readonly Run[]): Summary {
  const spread = (pick: (run: Run) => number): Spread => {
    const values = runs.map(pick).sort((a, b) => a - b);
    const middle = values.length >> 1;
    const median = values.length % 2 === 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
    return { min: rounded(values[0]), median: rounded(median), max: rounded(values[values.length - 1]) };
  };
  return {
    events_per_second: spread((run) => run.events_per_second),
    cpu_seconds_per_million: spread((run) => run.cpu_seconds_per_million),
    broker_cpu_seconds_per_million: spread((run) => run.broker_cpu_seconds_per_million),
    commit_interval_ms: spread((run) => run.commit_interval_ms),
    updates_per_event: spread((run) => run.updates_per_event),
    records_per_event: spread((run) => run.records_per_event),
    peak_rss_mb: spread((run) => run.peak_rss_mb),
    others_cores: spread((run) => run.others_cores),
  };
}

const rounded = (value: number): number => (value >= 100 ? Math.round(value) : Math.round(value * 100) / 100);

/** A small table in Markdown: a line for each load and contender. */
export function table(results: Record<string, Record<string, Summary>>): string {
  const lines = [
    '| load | contender | events/s | CPU s per million | broker CPU s per million | commit ms | updates an event | peak RSS MB | cores busy elsewhere |',
    '|---|---|---|---|---|---|---|---|---|',
  ];
  const text = ({ min, median, max }: Spread): string => (min === max ? `${median}` : `${median} (${min}-${max})`);
  for (const [load, contenders] of Object.entries(results)) {
    for (const [name, summary] of Object.entries(contenders)) {
      const cells = [
        summary.events_per_second,
        summary.cpu_seconds_per_million,
        summary.broker_cpu_seconds_per_million,
        summary.commit_interval_ms,
        summary.updates_per_event,
        summary.peak_rss_mb,
        summary.others_cores,
      ];
      lines.push(`| ${[load, name, ...cells.map(text)].join(' | ')} |`);
    }
  }
  return lines.join('\n');
}
