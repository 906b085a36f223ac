/** Event times this far beyond the arrival do not move raw_time: one wrong clock must not make everybody else late. */
export const maxLeadMs = 5 * 60_000;

/**
 * Highest event time so far in one raw partition, and with it who is late: a pure function of that partition's log.
 * It is kept in the offset metadata of enrich's transaction.
 */
export class RawTime {
  constructor(
    private readonly latenessMs: number,
    /** Epoch milliseconds; undefined before the first event. */
    public value: number | undefined = undefined,
  ) {}

  /** Takes the next event of the log in; answers whether it is late. */
  observe(event: { occurred_at: number; received_at: number }): boolean {
    const { occurred_at, received_at } = event;
    if (occurred_at <= received_at + maxLeadMs) this.value = Math.max(this.value ?? occurred_at, occurred_at);
    return this.value !== undefined && occurred_at < this.value - this.latenessMs;
  }
}
