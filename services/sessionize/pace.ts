import type { Customer } from './domain/customer';

/** How far each raw partition was. */
export type RawPositions = { partition: number; raw_time: number; raw_offset: number }[];

/** A revision looks at every leg of a session: those of many are revised less often, so that they take no more time. */
const manyLegs = 1_000;
const legsPerMs = 20;

/**
 * When customers' rows are revised: at once when they were not of late, else when `everyMs` have gone by since. Until
 * then their events are in the state and in the log, and no row says so yet; the progress that is told stays behind them.
 */
export class RevisionPace {
  /** Until when customers are held back. */
  private readonly nextAt = new Map<string, number>();
  /** Customers whose rows are behind, with the position before the first event that no row tells; oldest first. */
  private readonly waiting = new Map<string, RawPositions>();

  constructor(private readonly everyMs: number) {}

  /** Whether a customer who has changed is to be revised now. */
  isDue(id: string, now: number): boolean {
    const next = this.nextAt.get(id);
    return next === undefined || next <= now;
  }

  wait(id: string, before: RawPositions): void {
    if (!this.waiting.has(id)) this.waiting.set(id, before);
  }

  revised(id: string, customer: Customer, now: number): void {
    this.waiting.delete(id);
    const interval = this.intervalOf(customer);
    if (interval > 0) this.nextAt.set(id, now + interval);
  }

  /** Customers whose wait is over, `most` of them at the most. Forgets whom nothing holds back any more. */
  due(now: number, most: number): string[] {
    for (const [id, next] of this.nextAt) if (next <= now) this.nextAt.delete(id);
    const found: string[] = [];
    for (const id of this.waiting.keys()) {
      if (found.length >= most) break;
      if (this.isDue(id, now)) found.push(id);
    }
    return found;
  }

  get waitingCustomers(): number {
    return this.waiting.size;
  }

  /** The position before the first event that no row tells; undefined when rows tell all. */
  oldest(): RawPositions | undefined {
    for (const position of this.waiting.values()) return position;
    return undefined;
  }

  private intervalOf(customer: Customer): number {
    let legs = 0;
    for (const session of customer.sessions) legs = Math.max(legs, session.legs.length);
    return legs > manyLegs ? Math.max(this.everyMs, legs / legsPerMs) : this.everyMs;
  }
}
