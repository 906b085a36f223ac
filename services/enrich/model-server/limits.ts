/** Clock in milliseconds, never going back. */
export type Clock = () => number;

const minuteMs = 60_000;

/** So many a minute, refilled steadily; at first a whole minute's. */
export class PerMinute {
  private left: number;
  private at: number;

  constructor(
    private readonly limit: number,
    private readonly clock: Clock,
  ) {
    this.left = limit;
    this.at = clock();
  }

  has(amount: number): boolean {
    const now = this.clock();
    this.left = Math.min(this.limit, this.left + ((now - this.at) / minuteMs) * this.limit);
    this.at = now;
    return this.left >= Math.min(amount, this.limit);
  }

  /** One that is above the limit by itself takes all of it. */
  spend(amount: number): void {
    this.left -= Math.min(amount, this.limit);
  }
}

/** After so many failures in a row nobody is asked for a while; then one call tries, and only its success lets others follow. */
export class Breaker {
  private failures = 0;
  private openUntil = 0;
  private isTrying = false;

  constructor(
    private readonly most: number,
    private readonly pauseMs: number,
    private readonly clock: Clock,
    /** Is told of each change: how many have failed in a row. */
    private readonly told: (failures: number) => void,
  ) {}

  /** Whether a call may be made; its outcome must be told by `succeeded`, `failed` or `leave`. */
  enter(): boolean {
    if (this.failures < this.most) return true;
    if (this.isTrying || this.clock() < this.openUntil) return false;
    this.isTrying = true;
    return true;
  }

  /** It ended without telling anything. */
  leave(): void {
    this.isTrying = false;
  }

  succeeded(): void {
    this.isTrying = false;
    if (this.failures === 0) return;
    this.failures = 0;
    this.told(0);
  }

  failed(): void {
    this.isTrying = false;
    this.failures += 1;
    this.told(this.failures);
    if (this.failures >= this.most) this.openUntil = this.clock() + this.pauseMs;
  }
}
