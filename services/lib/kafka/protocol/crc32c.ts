/** CRC-32C (Castagnoli) by slicing-by-16: sixteen bytes a step, whose table look-ups do not wait for each other. */
const slices = 16;
const tables = new Int32Array(slices * 256);
for (let byte = 0; byte < 256; byte++) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0x82f63b78 : 0);
  tables[byte] = crc;
}
for (let at = 256; at < tables.length; at++) {
  const previous = tables[at - 256];
  tables[at] = (previous >>> 8) ^ tables[previous & 0xff];
}

/** The checksum of `bytes[start, end)`, unsigned. */
export function crc32c(bytes: Uint8Array, start = 0, end = bytes.length): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const table = tables;
  let crc = -1;
  let at = start;
  for (const last = end - slices; at <= last; at += slices) {
    const a = crc ^ view.getInt32(at, true);
    const b = view.getInt32(at + 4, true);
    const c = view.getInt32(at + 8, true);
    const d = view.getInt32(at + 12, true);
    crc =
      table[0xf00 + (a & 0xff)] ^
      table[0xe00 + ((a >>> 8) & 0xff)] ^
      table[0xd00 + ((a >>> 16) & 0xff)] ^
      table[0xc00 + (a >>> 24)] ^
      table[0xb00 + (b & 0xff)] ^
      table[0xa00 + ((b >>> 8) & 0xff)] ^
      table[0x900 + ((b >>> 16) & 0xff)] ^
      table[0x800 + (b >>> 24)] ^
      table[0x700 + (c & 0xff)] ^
      table[0x600 + ((c >>> 8) & 0xff)] ^
      table[0x500 + ((c >>> 16) & 0xff)] ^
      table[0x400 + (c >>> 24)] ^
      table[0x300 + (d & 0xff)] ^
      table[0x200 + ((d >>> 8) & 0xff)] ^
      table[0x100 + ((d >>> 16) & 0xff)] ^
      table[d >>> 24];
  }
  for (; at < end; at++) crc = (crc >>> 8) ^ table[(crc ^ bytes[at]) & 0xff];
  return ~crc >>> 0;
}
