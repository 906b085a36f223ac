/** More than any fetch asks for. What is not Kafka would be waited for in vain: `HTT…` is 1.2 GB, an alert of TLS 350 MB. */
const mostBytes = 0x1400_0000;
const scratchBytes = 65_536;
const sizeBytes = 4;

/**
 * Cuts what a broker sends into answers, each a buffer of its own with its int32 size in front. A large answer is read by
 * the system into the very buffer that is handed on: kafkajs reads pieces of 64 KB and joins them, which costs each byte a
 * copy, and V8 a piece of memory outside its heap, whose amount is what makes it collect.
 */
export class AnswerReader {
  private readonly scratch = Buffer.allocUnsafeSlow(scratchBytes);
  /** Bytes of `scratch` that belong to no complete answer yet. */
  private kept = 0;
  /** The answer that is too large for `scratch`, and how much of it is there. */
  private large?: Buffer;
  private filled = 0;

  constructor(private readonly onAnswer: (answer: Buffer) => void) {}

  /** Where the next bytes belong. */
  room(): Buffer {
    return this.large ? this.large.subarray(this.filled) : this.scratch.subarray(this.kept);
  }

  /** So many bytes have come to where `room` said. Throws a RangeError when they are not a broker's. */
  took(bytes: number): void {
    if (this.large) {
      this.filled += bytes;
      if (this.filled < this.large.length) return;
      const answer = this.large;
      this.large = undefined;
      this.onAnswer(answer);
      return;
    }
    this.cut(this.kept + bytes);
  }

  private cut(end: number): void {
    const { scratch } = this;
    let at = 0;
    while (end - at >= sizeBytes) {
      const size = scratch.readInt32BE(at);
      if (size < 0 || size > mostBytes) throw new RangeError(`an answer of ${size} bytes is no broker's`);
      const next = at + sizeBytes + size;
      if (next > end) {
        if (next - at > scratchBytes) this.begin(at, next, end);
        break;
      }
      const answer = Buffer.from(scratch.subarray(at, next));
      at = next;
      this.onAnswer(answer);
    }
    this.kept = this.large ? 0 : end - at;
    if (at > 0 && this.kept > 0) scratch.copyWithin(0, at, end);
  }

  private begin(at: number, next: number, end: number): void {
    // Not of the pool: it lives as long as a record of it.
    this.large = Buffer.allocUnsafeSlow(next - at);
    this.filled = this.scratch.copy(this.large, 0, at, end);
  }
}
