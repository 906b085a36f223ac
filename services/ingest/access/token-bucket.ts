/** So many requests a second on average, so many at once. Time is given, never read. */
export interface Rate {
  per_second: number;
  burst: number;
}

/** A bucket that fills by itself and is asked before each request. */
export class TokenBucket {
  private tokens: number;
  private at: number | undefined;

  constructor(private rate: Rate) {
    this.tokens = rate.burst;
  }

  /** The same bucket under another rate: what is in it stays, up to the new size. */
  change(rate: Rate): void {
    this.rate = rate;
    this.tokens = Math.min(this.tokens, rate.burst);
  }

  /** Takes one token at `now` (epoch ms): 0 when there was one, else the seconds until there is. */
  take(now: number): number {
    const { per_second, burst } = this.rate;
    // A clock that is set back gives nothing and takes nothing.
    const elapsedMs = Math.max(now - (this.at ?? now), 0);
    this.at = now;
    this.tokens = Math.min(burst, this.tokens + (elapsedMs / 1_000) * per_second);
    if (this.tokens < 1) return (1 - this.tokens) / per_second;
    this.tokens -= 1;
    return 0;
  }
}
