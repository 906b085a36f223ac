import { Counter, Gauge, Histogram, type Registry } from 'prom-client';
import { zeroed } from '../../lib/metrics';

export interface FollowUpMetrics {
  rounds: Counter<'result'>;
  written: Counter;
  waiting: Gauge;
  statementSeconds: Histogram;
}

export function followUpMetrics(registry: Registry): FollowUpMetrics {
  const registers = [registry];
  return {
    rounds: zeroed(
      new Counter({
        name: 'load_follow_ups_rounds_total',
        help: 'Rounds in which what followed contacts is written down: written, nothing (to do), unknown (no watermark yet), failed',
        labelNames: ['result'],
        registers,
      }),
      'result',
      ['written', 'nothing', 'unknown', 'failed'],
    ),
    written: new Counter({
      name: 'load_follow_ups_written_days_total',
      help: 'Days written, once for each figure and window',
      registers,
    }),
    waiting: new Gauge({
      name: 'load_follow_ups_waiting_days',
      help: 'Days that were still to be computed when the last round ended, once for each figure and window; 0 where another load does the rounds',
      registers,
    }),
    statementSeconds: new Histogram({
      name: 'load_follow_ups_statement_seconds',
      help: 'Time of a statement that computes some days, failed ones included',
      buckets: [0.1, 0.3, 1, 3, 10, 30, 60],
      registers,
    }),
  };
}
