import { type CustomerState, evict } from './domain/customer-state';
import type { Watermark } from './domain/watermark';

/** Sweeping for sessions that can be given up costs a walk over all customers: once per this much event time. */
const sweepEveryMs = 5 * 60_000;

/** What one partition's sessionizer knows between two transactions. */
export class SessionStore {
  private sweptAt = Number.NEGATIVE_INFINITY;
  private knownFloor: number | undefined;

  constructor(
    readonly customers: Map<string, CustomerState>,
    public watermark: Watermark,
    /** change_seq of the last change set. */
    public changeSeq: number,
    /** Offset in the sessions topic above everything known to be written. */
    public nextOffset: number,
  ) {}

  get(customer: string): CustomerState {
    return this.customers.get(customer) ?? [];
  }

  set(customer: string, state: CustomerState): void {
    if (state.length === 0) this.customers.delete(customer);
    else this.customers.set(customer, state);
  }

  /** Gives up sessions that the watermark has passed, now and then. */
  sweep(): void {
    const watermark = this.watermark.value();
    if (watermark === undefined || watermark < this.sweptAt + sweepEveryMs) return;
    this.sweptAt = watermark;
    for (const [customer, state] of this.customers) this.set(customer, evict(state, watermark));
    this.knownFloor = undefined;
  }

  /**
   * Offset in the sessions topic from which a restore must read. It rises at sweeps only: a floor too low costs reading,
   * never exactness, and what comes later lies above it.
   */
  floor(): number {
    if (this.knownFloor === undefined) {
      let least = this.nextOffset;
      for (const state of this.customers.values()) {
        for (const session of state) least = Math.min(least, session.floor);
      }
      this.knownFloor = least;
    }
    return this.knownFloor;
  }

  openSessions(): number {
    let count = 0;
    for (const state of this.customers.values()) count += state.length;
    return count;
  }
}
