/** Reads the "flexible" encoding that Kafka's newer requests and answers share (KIP-482). */
export class CompactReader {
  private at = 0;

  constructor(private readonly buffer: Buffer) {}

  bool(): boolean {
    return this.buffer[this.at++] !== 0;
  }

  int16(): number {
    this.at += 2;
    return this.buffer.readInt16BE(this.at - 2);
  }

  int32(): number {
    this.at += 4;
    return this.buffer.readInt32BE(this.at - 4);
  }

  uvarint(): number {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = this.buffer.readUInt8(this.at++);
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value >>> 0;
    }
  }

  /** Null stands as ''. */
  text(): string {
    const size = Math.max(this.uvarint() - 1, 0);
    this.at += size;
    return this.buffer.toString('utf8', this.at - size, this.at);
  }

  /** As hexadecimal digits. */
  uuid(): string {
    this.at += 16;
    return this.buffer.toString('hex', this.at - 16, this.at);
  }

  array<T>(item: () => T): T[] {
    return Array.from({ length: Math.max(this.uvarint() - 1, 0) }, item);
  }

  skipTags(): void {
    for (let left = this.uvarint(); left > 0; left--) {
      this.uvarint();
      const size = this.uvarint();
      this.at += size;
    }
  }
}
