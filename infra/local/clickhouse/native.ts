import { fault } from './errors';
import { fixedSize, readType, withoutName, writtenAs } from './native-types';

/** From this revision on a column says after its type whether it is serialised in a way of its own. */
export const lowestRevision = 54_454;
/** What a block begins with for a client with a revision: is_overflows = 0, bucket_num = -1, end. */
const blockInfo = Buffer.from([1, 0, 2, 0xff, 0xff, 0xff, 0xff, 0]);
const defaultSerialization = Buffer.from([0]);

/**
 * Native as the engine writes it (revision 0) made into Native as a client with `client_protocol_version` reads it: the
 * same bytes, with BlockInfo before each block and one byte behind each type. Where a column ends follows from its type
 * and its bytes alone, so answers stream through and nothing is kept. Grafana's plug-in asks so.
 *
 * One thing is lost: the engine names a `DateTime('Europe/Berlin')` plainly DateTime here; the moments are the same.
 */
export class NativeFraming {
  private chunk: Buffer = Buffer.alloc(0);
  private at = 0;
  /** The first byte of the chunk that is not handed on yet. */
  private from = 0;
  private out: Buffer[] = [];
  private readonly parser = this.blocks();

  constructor() {
    this.parser.next();
  }

  /** What can be sent of it now. Throws ClickHouseFault for a type whose length is not known here. */
  take(chunk: Buffer): Buffer {
    this.chunk = chunk;
    this.at = this.from = 0;
    this.out = [];
    if (chunk.length > 0) this.parser.next();
    this.out.push(this.chunk.subarray(this.from));
    return Buffer.concat(this.out);
  }

  private *blocks(): Generator<void, never> {
    for (;;) {
      if (this.at === this.chunk.length) yield;
      this.insert(blockInfo);
      const columns = yield* this.varint();
      const rows = yield* this.varint();
      for (let column = 0; column < columns; column++) {
        yield* this.skip(yield* this.varint());
        const type = yield* this.text();
        this.insert(defaultSerialization);
        // Nothing is written of no rows.
        if (rows === 0) continue;
        yield* this.prefix(type);
        yield* this.data(type, rows);
      }
    }
  }

  /** Versions of dictionaries, which stand before all data of the column. */
  private *prefix(type: string): Generator<void> {
    const tree = readType(type);
    const other = writtenAs(tree);
    if (other !== undefined) yield* this.prefix(other);
    else if (tree.name === 'LowCardinality') yield* this.skip(8);
    else if (tree.name === 'Nullable' || tree.name === 'Array') yield* this.prefix(tree.parameters[0]!);
    else if (tree.name === 'Tuple') for (const element of tree.parameters) yield* this.prefix(withoutName(element));
  }

  private *data(type: string, rows: number): Generator<void> {
    if (rows === 0) return;
    const tree = readType(type);
    const [first] = tree.parameters;
    const size = fixedSize(tree);
    const other = writtenAs(tree);
    if (size !== undefined) yield* this.skip(size * rows);
    else if (other !== undefined) yield* this.data(other, rows);
    else if (tree.name === 'String') yield* this.strings(rows);
    else if (tree.name === 'Nullable') {
      yield* this.skip(rows);
      yield* this.data(first!, rows);
    } else if (tree.name === 'Array') {
      yield* this.skip(8 * (rows - 1));
      yield* this.data(first!, yield* this.uint64());
    } else if (tree.name === 'Tuple' && tree.parameters.length > 0) {
      for (const element of tree.parameters) yield* this.data(withoutName(element), rows);
    } else if (tree.name === 'LowCardinality') yield* this.dictionary(first!, rows);
    else {
      const hint = 'read it as text: toString(…), or finalizeAggregation(…) of a state';
      throw fault(
        'NOT_IMPLEMENTED',
        `Native at a protocol version is not known here for columns of type ${type}: ${hint}`,
      );
    }
  }

  /** Keys and positions among them, in portions. NULL is the first key, so keys are of the type without it. */
  private *dictionary(type: string, rows: number): Generator<void> {
    const keyType = type.startsWith('Nullable(') ? type.slice('Nullable('.length, -1) : type;
    for (let done = 0; done < rows; ) {
      const flags = yield* this.uint64();
      if (flags & 0x200) yield* this.data(keyType, yield* this.uint64());
      const portion = yield* this.uint64();
      yield* this.skip(portion << (flags & 0xff));
      done += portion;
    }
  }

  private *strings(rows: number): Generator<void> {
    for (let row = 0; row < rows; row++) {
      const length = this.chunk[this.at] ?? 128;
      const next = this.at + 1 + length;
      if (length < 128 && next <= this.chunk.length) this.at = next;
      else yield* this.skip(yield* this.varint());
    }
  }

  private *skip(count: number): Generator<void> {
    for (let left = count; left > 0; ) {
      if (this.at === this.chunk.length) yield;
      const step = Math.min(left, this.chunk.length - this.at);
      this.at += step;
      left -= step;
    }
  }

  private *byte(): Generator<void, number> {
    if (this.at === this.chunk.length) yield;
    return this.chunk[this.at++]!;
  }

  private *varint(): Generator<void, number> {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = yield* this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value;
    }
  }

  private *uint64(): Generator<void, number> {
    let value = 0;
    for (let place = 0; place < 8; place++) value += (yield* this.byte()) * 256 ** place;
    return value;
  }

  private *text(): Generator<void, string> {
    const bytes = Buffer.alloc(yield* this.varint());
    for (let index = 0; index < bytes.length; index++) bytes[index] = yield* this.byte();
    return bytes.toString('utf8');
  }

  private insert(bytes: Buffer): void {
    this.out.push(this.chunk.subarray(this.from, this.at), bytes);
    this.from = this.at;
  }
}
