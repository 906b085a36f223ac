/** Reads what records are made of, from a place in a buffer on. */
export class Reader {
  constructor(
    private readonly buffer: Buffer,
    public at: number,
  ) {}

  varint(): number {
    const raw = this.raw();
    return (raw >>> 1) ^ -(raw & 1);
  }

  private raw(): number {
    const { buffer } = this;
    let byte = buffer[this.at++];
    if (byte < 0x80) return byte;
    let value = byte & 0x7f;
    let shift = 7;
    do {
      byte = buffer[this.at++];
      value |= (byte & 0x7f) << shift;
      shift += 7;
    } while (byte >= 0x80);
    return value;
  }

  /** A number where four bytes are enough (37 hours in milliseconds), else a bigint. */
  varlong(): number | bigint {
    const { buffer, at } = this;
    if (buffer[at] < 0x80 || buffer[at + 1] < 0x80 || buffer[at + 2] < 0x80 || buffer[at + 3] < 0x80)
      return this.varint();
    let value = 0n;
    let shift = 0n;
    let byte: number;
    do {
      if (shift > 63n) throw new RangeError('a varlong has at most ten bytes');
      byte = buffer[this.at++];
      value |= BigInt(byte & 0x7f) << shift;
      shift += 7n;
    } while (byte >= 0x80);
    return (value >> 1n) ^ -(value & 1n);
  }

  sized(): Buffer | null {
    const size = this.varint();
    if (size === -1) return null;
    const start = this.at;
    this.at = start + size;
    return this.buffer.subarray(start, this.at);
  }

  /** Goes past what `sized` would read. */
  skip(): void {
    const size = this.varint();
    if (size > 0) this.at += size;
  }

  text(): string {
    return this.sized()?.toString() ?? 'null';
  }
}
