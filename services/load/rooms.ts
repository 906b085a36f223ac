/** Below it a body costs nothing that would show, and may be one of very many. */
const leastBytes = 1_048_576;
/** Rooms are of whole multiples: bodies of a backlog are nearly, not quite, of one size. */
const stepBytes = 4 * 1_048_576;
/** A backlog has as many inserts at work aside, see `HandOff`. */
const mostFree = 2;

/**
 * Memory for the bodies of large inserts, used again: new memory outside V8's heap is what makes V8 collect in a backlog,
 * and the system fills each page of it with zeros.
 *
 * Guarantee: a room that was not given back is nobody else's. Give one back only when nobody can read it any more: after
 * an insert that was answered, never after one that was given up, whose bytes may be on their way still.
 */
export class Rooms {
  private free: Buffer[] = [];
  private readonly lent = new WeakSet<ArrayBufferLike>();
  private usedAt = Number.NEGATIVE_INFINITY;

  /** `keepMs` after the last large body the memory is given up. */
  constructor(
    private readonly now: () => number,
    private readonly keepMs = 30_000,
  ) {}

  /** A buffer of so many bytes, with anything in them. */
  take(bytes: number): Buffer {
    if (bytes < leastBytes) {
      if (this.now() - this.usedAt > this.keepMs) this.free = [];
      return Buffer.allocUnsafe(bytes);
    }
    this.usedAt = this.now();
    const index = this.free.findIndex(({ length }) => length >= bytes);
    const [room] = index < 0 ? [] : this.free.splice(index, 1);
    const taken = room ?? Buffer.allocUnsafeSlow(Math.ceil(bytes / stepBytes) * stepBytes);
    this.lent.add(taken.buffer);
    return taken.subarray(0, bytes);
  }

  /** Takes back what `take` answered, once; anything else is left alone. */
  giveBack(room: Buffer): void {
    if (!this.lent.delete(room.buffer)) return;
    this.free.push(Buffer.from(room.buffer));
    // The smaller ones would seldom do.
    if (this.free.length > mostFree) this.free = this.free.sort((a, b) => b.length - a.length).slice(0, mostFree);
  }
}
