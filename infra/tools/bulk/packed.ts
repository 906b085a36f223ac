import type { OutgoingRecord } from '../../../services/lib/kafka/batching-producer';

/** Records one behind the other, so that a worker hands them over without their being copied. */
const headBytes = 6;

export function pack(records: readonly OutgoingRecord[]): Uint8Array<ArrayBuffer> {
  const size = records.reduce((sum, { key, value }) => sum + headBytes + Buffer.byteLength(key) + value.length, 0);
  const packed = Buffer.from(new ArrayBuffer(size));
  let at = 0;
  for (const { key, value } of records) {
    const keyBytes = packed.write(key, at + headBytes, 'utf8');
    packed.writeUInt16BE(keyBytes, at);
    packed.writeUInt32BE(value.length, at + 2);
    value.copy(packed, at + headBytes + keyBytes);
    at += headBytes + keyBytes + value.length;
  }
  return packed as Uint8Array<ArrayBuffer>;
}

/** The records; their values are parts of what was packed. */
export function unpack(bytes: Uint8Array): OutgoingRecord[] {
  const packed = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const records: OutgoingRecord[] = [];
  for (let at = 0; at < packed.length; ) {
    const keyEnd = at + headBytes + packed.readUInt16BE(at);
    const end = keyEnd + packed.readUInt32BE(at + 2);
    records.push({ key: packed.toString('utf8', at + headBytes, keyEnd), value: packed.subarray(keyEnd, end) });
    at = end;
  }
  return records;
}
