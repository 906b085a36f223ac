/**
 * What followed contacts, written down by day: legs → `repeat_contacts_days`, `durable_resolution_days`.
 *
 * Guarantee: a day is seen whole, as of one moment, and is computed anew for as long as it is not what the live view says.
 * A computation is one block, so a crash leaves it out or in; two owners at once do the same twice, and the newest counts.
 */
import { randomInt } from 'node:crypto';
import type { Log } from '../../lib/log';
import { type Computation, halves, type Limits, planFollowUps } from '../domain/follow-up-plan';
import { clickHouseTime } from '../domain/status-row';
import type { Warehouse } from '../warehouse';
import { type Figure, figures } from './figures';
import type { FollowUpMetrics } from './metrics';
import { type FigureRow, figureRows, knownNow, sqlDay } from './questions';

export interface FollowUpsDeps {
  warehouse: Pick<Warehouse, 'rows' | 'insertOneBlock'>;
  /** Whether this load is the one that does it by itself. */
  isOwner(): boolean;
  metrics: FollowUpMetrics;
  log: Log;
  now(): number;
  /** 0: only when it is asked. */
  everyMs: number;
  windowsDays: readonly number[];
  /** No statement is begun later in a round. */
  secondsPerRound: number;
  limits?: Limits;
}

/** What a round came to; days are counted once for each figure and window. */
export interface FollowUpsRound {
  result: 'unknown' | 'nothing' | 'written';
  written_days: number;
  waiting_days: number;
}

/** Soon after a start, so that one that is often restarted has its rounds. */
const firstAfterMs = 60_000;
/** Twice as many legs took the local engine three to fifteen times as long: it goes on on its disk (README, Why). */
const defaultLimits: Limits = { mostDays: 31, mostLegs: 200_000 };

export class FollowUps {
  private timer: NodeJS.Timeout | undefined;
  private readonly stopped = new AbortController();
  private working: Promise<unknown> = Promise.resolve();
  private trouble = '';
  /** Fewer while statements fail, since they may be too large for the engine. */
  private mostDays: number;

  constructor(private readonly deps: FollowUpsDeps) {
    this.mostDays = this.limits.mostDays;
    if (deps.everyMs > 0) this.timer = setTimeout(() => void this.byItself(), Math.min(deps.everyMs, firstAfterMs));
  }

  /** One round, after one that is under way. Rejects when a statement fails that computes a single day. */
  round(): Promise<FollowUpsRound> {
    const round = this.working.then(() => this.oneRound());
    this.working = round.catch(() => undefined);
    return round;
  }

  /** Gives up the statement in hand: nothing of it is written. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.stopped.abort();
    await this.working;
  }

  private async byItself(): Promise<void> {
    // Others may do the same meanwhile; it costs their time and changes nothing.
    if (this.deps.isOwner()) await this.round().catch(() => undefined);
    // Else what the last round here left undone would be told for ever, though another load has done it since.
    else this.deps.metrics.waiting.set(0);
    if (!this.stopped.signal.aborted) this.timer = setTimeout(() => void this.byItself(), this.deps.everyMs);
  }

  private async oneRound(): Promise<FollowUpsRound> {
    const { metrics, log } = this.deps;
    try {
      const round = await this.write();
      metrics.rounds.inc({ result: round.result });
      metrics.waiting.set(round.waiting_days);
      this.trouble = '';
      return round;
    } catch (error) {
      const { message } = error as Error;
      if (!this.stopped.signal.aborted) {
        if (this.trouble !== message) log.warn({ error: message }, 'what followed contacts was not written, trying on');
        this.trouble = message;
        metrics.rounds.inc({ result: 'failed' });
      }
      throw error;
    }
  }

  private async write(): Promise<FollowUpsRound> {
    const { warehouse, now, windowsDays, secondsPerRound, metrics, log } = this.deps;
    const until = performance.now() + secondsPerRound * 1_000;
    const known = await knownNow(warehouse.rows.bind(warehouse), windowsDays, now());
    if (!known) return { result: 'unknown', written_days: 0, waiting_days: 0 };
    const waiting = planFollowUps(known, { ...this.limits, mostDays: this.mostDays });
    let written_days = 0;
    for (let next = waiting.shift(); next; next = performance.now() < until ? waiting.shift() : undefined) {
      try {
        await this.compute(next, known.as_of);
        written_days += next.days.length;
        metrics.written.inc(next.days.length);
      } catch (error) {
        const smaller = halves(next);
        if (smaller.length === 0 || this.stopped.signal.aborted) throw error;
        const { figure, window_days, from, to } = next;
        log.info(
          { figure, window_days, days: to - from, error: (error as Error).message },
          'asked again of half the days',
        );
        this.mostDays = Math.max(...smaller.map(({ from, to }) => to - from));
        waiting.unshift(...smaller);
      }
    }
    if (waiting.length === 0) this.mostDays = Math.min(this.limits.mostDays, this.mostDays * 2);
    const waiting_days = waiting.reduce((sum, { days }) => sum + days.length, 0);
    return { result: written_days > 0 ? 'written' : 'nothing', written_days, waiting_days };
  }

  private async compute(computation: Computation, as_of: number): Promise<void> {
    const { warehouse, metrics, now } = this.deps;
    const figure = figures.find(({ view }) => view === computation.figure) as Figure;
    const ended = metrics.statementSeconds.startTimer();
    let rows: FigureRow[];
    try {
      rows = await figureRows(warehouse.rows.bind(warehouse), figure, computation, as_of, this.stopped.signal);
    } finally {
      ended();
    }
    // Two owners must not meet in one moment: their rows would be taken for those of one computation.
    const computed_at = `${clickHouseTime(now())}${String(randomInt(1_000)).padStart(3, '0')}`;
    await warehouse.insertOneBlock(figure.table, rowsOf(figure, computation, rows, { computed_at, as_of }));
  }

  private get limits(): Limits {
    return this.deps.limits ?? defaultLimits;
  }
}

/** The rows of a computation: each day's own, and one that says of the day what it was computed from. */
function rowsOf(
  { keys, counts }: Figure,
  { window_days, days }: Computation,
  rows: readonly FigureRow[],
  { computed_at, as_of }: { computed_at: string; as_of: number },
): Record<string, unknown>[] {
  return days.flatMap(({ day, finished, own_checksum, around_checksum }) => {
    const common = { day: sqlDay(day), window_days, computed_at, as_of: clickHouseTime(as_of), finished };
    const of = (row: FigureRow) => Object.fromEntries([...keys, ...counts].map((name) => [name, row[name]]));
    const own = rows.filter(({ day_number }) => day_number === day).map((row) => ({ ...common, ...of(row) }));
    return [{ ...common, channel: '', own_checksum, around_checksum }, ...own];
  });
}
