/** Bytes of request bodies being worked on, bounded: what cannot be held is refused before it is read. */
export class InFlight {
  private held = 0;

  constructor(private readonly maxBytes: number) {}

  get bytes(): number {
    return this.held;
  }

  /** A hold on so many bytes, or undefined when they do not fit. A request that fits alone always gets in when idle. */
  hold(bytes: number): Hold | undefined {
    if (this.held > 0 && this.held + bytes > this.maxBytes) return undefined;
    return new Hold(bytes, (change) => {
      this.held += change;
    });
  }
}

/** Bytes of one request; given back once, when the answer is out and the handler is done with the body. */
export class Hold {
  private owners = 1;

  constructor(
    private bytes: number,
    private readonly change: (bytes: number) => void,
  ) {
    change(bytes);
  }

  /** The real size, when it is known. */
  resize(bytes: number): void {
    if (this.owners > 0) this.change(bytes - this.bytes);
    this.bytes = bytes;
  }

  /** One more that must release: a client may hang up while its events are still on their way to Kafka. */
  share(): void {
    if (this.owners++ === 0) this.change(this.bytes);
  }

  release(): void {
    if (--this.owners === 0) this.change(-this.bytes);
  }
}
