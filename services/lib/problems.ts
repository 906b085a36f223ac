import type { Log } from './log';

/** Which record it is: never what it holds, nor whose it is. */
export interface ProblemRecord {
  reason: string;
  step: string;
  topic: string;
  partition: number;
  offset: number;
  event_id?: string;
}

const mostInPeriod = 100;
const periodMs = 60_000;

/**
 * One line for each record that cannot go on, so that it can be found by its event id or its place; beyond 100 a minute
 * they are only counted, in the first line of the next minute. Metrics count all.
 */
export class Problems {
  private told = 0;
  private untold = 0;
  private periodEnd = 0;

  constructor(
    private readonly log: Pick<Log, 'warn'>,
    private readonly now: () => number = Date.now,
  ) {}

  tell(problem: ProblemRecord): void {
    const now = this.now();
    if (now >= this.periodEnd) {
      if (this.untold > 0) this.log.warn({ count: this.untold }, 'more records were refused than are told one by one');
      this.told = 0;
      this.untold = 0;
      this.periodEnd = now + periodMs;
    }
    if (this.told >= mostInPeriod) {
      this.untold += 1;
      return;
    }
    this.told += 1;
    this.log.warn(problem, 'a record is refused and goes to the dead letters');
  }
}
