import { hash } from 'node:crypto';
import { crc32 } from 'node:zlib';

export type Seen = 'new' | 'repeat' | 'conflict';

const initialCapacity = 1 << 12;

/**
 * The event ids of the last records of one raw partition: at most `maxRecords` records back and `maxAgeMs` of append
 * time back, whichever is less. Whether an id is in it is a function of the log alone, so reading the log back rebuilds
 * it: an id counts from its LATEST record on (a repeat renews it), else a rebuild from the middle would differ.
 *
 * An entry is 12 bytes of the id's hash and 4 of the body's (CRC-32: whoever can send under an id that is known needs no
 * collision to do harm), in flat arrays: a ring in log order, and an open-addressed
 * table from hash to ring index. A record's 96-bit hash meets another id's with odds of about 1e-17 at a million ids.
 */
export class RepeatWindow {
  private capacity = initialCapacity;
  private hashes = new Uint32Array(3 * initialCapacity);
  private bodies = new Uint32Array(initialCapacity);
  private offsets = new Float64Array(initialCapacity);
  private times = new Float64Array(initialCapacity);
  /** Ring index + 1, 0 where empty; at most half full. */
  private table = new Int32Array(2 * initialCapacity);
  private head = 0;
  private length = 0;

  constructor(
    private readonly maxRecords: number,
    private readonly maxAgeMs: number,
  ) {}

  /**
   * Takes the next record of the log in. `body` is the canonical content without times of arrival; `appendedAt` the
   * broker's append time (ms). Answers what the record is to the ones before it; for a conflict the first body stays.
   */
  observe(eventId: string, body: Buffer, offset: number, appendedAt: number): Seen {
    this.evict(offset, appendedAt);
    const id = hash('sha1', eventId, 'buffer');
    const key: [number, number, number] = [id.readUInt32LE(0), id.readUInt32LE(4), id.readUInt32LE(8)];
    const bodySum = crc32(body);
    const slot = this.find(key);
    const known = this.table[slot] - 1;
    const first = known >= 0 ? this.bodies[known] : bodySum;
    this.push(key, first, offset, appendedAt);
    if (known < 0) return 'new';
    return first === bodySum ? 'repeat' : 'conflict';
  }

  /** How many records the window holds and how far back in append time (ms) it reaches: the promise that really holds. */
  span(): { records: number; age_ms: number } {
    if (this.length === 0) return { records: 0, age_ms: 0 };
    const last = (this.head + this.length - 1) % this.capacity;
    return { records: this.length, age_ms: this.times[last] - this.times[this.head] };
  }

  private evict(offset: number, appendedAt: number): void {
    while (
      this.length > 0 &&
      (this.offsets[this.head] < offset - this.maxRecords || this.times[this.head] < appendedAt - this.maxAgeMs)
    ) {
      const slot = this.find(this.keyAt(this.head));
      // A renewed id's slot points at its later record: that one keeps it.
      if (this.table[slot] === this.head + 1) this.remove(slot);
      this.head = (this.head + 1) % this.capacity;
      this.length -= 1;
    }
  }

  private push(key: [number, number, number], body: number, offset: number, time: number): void {
    if (this.length === this.capacity) this.grow();
    const index = (this.head + this.length) % this.capacity;
    this.hashes.set(key, 3 * index);
    this.bodies[index] = body;
    this.offsets[index] = offset;
    this.times[index] = time;
    this.length += 1;
    this.table[this.find(key)] = index + 1;
  }

  private keyAt(index: number): [number, number, number] {
    return [this.hashes[3 * index], this.hashes[3 * index + 1], this.hashes[3 * index + 2]];
  }

  /** Slot that holds the key, or the empty one where it belongs. */
  private find(key: [number, number, number]): number {
    const mask = this.table.length - 1;
    for (let slot = key[0] & mask; ; slot = (slot + 1) & mask) {
      const index = this.table[slot] - 1;
      if (index < 0) return slot;
      const at = 3 * index;
      if (this.hashes[at] === key[0] && this.hashes[at + 1] === key[1] && this.hashes[at + 2] === key[2]) return slot;
    }
  }

  /** Backward-shift deletion: entries behind the gap move up unless they are at home. */
  private remove(slot: number): void {
    const mask = this.table.length - 1;
    let gap = slot;
    for (let next = (gap + 1) & mask; this.table[next] !== 0; next = (next + 1) & mask) {
      const home = this.hashes[3 * (this.table[next] - 1)] & mask;
      if (((next - home) & mask) >= ((next - gap) & mask)) {
        this.table[gap] = this.table[next];
        gap = next;
      }
    }
    this.table[gap] = 0;
  }

  private grow(): void {
    const old = {
      capacity: this.capacity,
      hashes: this.hashes,
      bodies: this.bodies,
      offsets: this.offsets,
      times: this.times,
    };
    const { head, length } = this;
    this.capacity = 2 * old.capacity;
    this.hashes = new Uint32Array(3 * this.capacity);
    this.bodies = new Uint32Array(this.capacity);
    this.offsets = new Float64Array(this.capacity);
    this.times = new Float64Array(this.capacity);
    this.table = new Int32Array(2 * this.capacity);
    this.head = 0;
    this.length = 0;
    for (let i = 0; i < length; i++) {
      const from = (head + i) % old.capacity;
      const key: [number, number, number] = [old.hashes[3 * from], old.hashes[3 * from + 1], old.hashes[3 * from + 2]];
      this.push(key, old.bodies[from], old.offsets[from], old.times[from]);
    }
  }
}
