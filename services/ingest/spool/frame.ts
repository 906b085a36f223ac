import { crc32 } from 'node:zlib';
import type { OutgoingRecord } from '../../lib/kafka/batching-producer';

/**
 * One record on disk: length of the rest (u32), CRC-32 of the rest (u32), length of the key (u16), key, value. Big-endian.
 * A frame that a crash has cut off, or that was never wholly written, fails its length or its sum.
 */
const headBytes = 8;

export function frameOf({ key, value }: OutgoingRecord): Buffer {
  const keyBytes = Buffer.from(key, 'utf8');
  const frame = Buffer.allocUnsafe(headBytes + 2 + keyBytes.length + value.length);
  frame.writeUInt16BE(keyBytes.length, headBytes);
  keyBytes.copy(frame, headBytes + 2);
  value.copy(frame, headBytes + 2 + keyBytes.length);
  frame.writeUInt32BE(frame.length - headBytes, 0);
  frame.writeUInt32BE(crc32(frame.subarray(headBytes)), 4);
  return frame;
}

/** The record that begins at `at`, and where the next begins; 'cut' where the bytes end first, 'bad' where they are none. */
export function readFrame(bytes: Buffer, at: number): { record: OutgoingRecord; next: number } | 'cut' | 'bad' {
  if (at + headBytes > bytes.length) return 'cut';
  const length = bytes.readUInt32BE(at);
  if (length < 2) return 'bad';
  const end = at + headBytes + length;
  if (end > bytes.length) return 'cut';
  const rest = bytes.subarray(at + headBytes, end);
  if (crc32(rest) !== bytes.readUInt32BE(at + 4)) return 'bad';
  const keyEnd = 2 + rest.readUInt16BE(0);
  if (keyEnd > rest.length) return 'bad';
  return { record: { key: rest.toString('utf8', 2, keyEnd), value: rest.subarray(keyEnd) }, next: end };
}

/** Bytes from the beginning that are whole frames. */
export function wholeBytes(bytes: Buffer): number {
  let at = 0;
  for (;;) {
    const frame = readFrame(bytes, at);
    if (typeof frame === 'string') return at;
    at = frame.next;
  }
}
