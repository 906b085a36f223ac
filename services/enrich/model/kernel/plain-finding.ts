/** Looks n-grams up and counts them in JavaScript (see finding.ts). */
import { deskAt, knownAt, spread } from './desk';
import type { Kernel } from './kernel';

/** `Kernel.find`. */
export function find(kernel: Kernel, hashes: number, count: number, out: number, keep: number, desk: number): number {
  const { i32 } = kernel;
  const [bits, index, mask, shift] = [deskAt.bits, deskAt.index, deskAt.mask, deskAt.shift].map(
    (place) => i32[(desk + place) >> 2]!,
  ) as [number, number, number, number];
  let n = 0;
  for (let k = 0; k < count; k++) {
    const hash = i32[(hashes >> 2) + k]!;
    let address = 0;
    if (((i32[(bits >> 2) + ((hash >>> 5) & 0x7fff)]! >>> (hash & 31)) & 1) === 1) {
      let at = (hash >>> shift) << 3;
      while (i32[(index + at + 4) >> 2] !== 0 && i32[(index + at) >> 2] !== hash) at = (at + 8) & mask;
      address = i32[(index + at + 4) >> 2]!;
    }
    if (address !== 0 || keep === 1) i32[(out >> 2) + n++] = address;
  }
  return n;
}

/** `Kernel.count`. */
export function count(kernel: Kernel, ranges: number, size: number, out: number, wanted: number, desk: number): number {
  const { i32 } = kernel;
  const [table, mask, shift, none] = [deskAt.table, deskAt.tableMask, deskAt.tableShift, deskAt.none].map(
    (place) => i32[(desk + place) >> 2]!,
  ) as [number, number, number, number];
  let n = 0;
  for (let r = 0; r < size; r++) {
    const end = i32[(ranges >> 2) + 2 * r + 1]! >> 2;
    for (let i = i32[(ranges >> 2) + 2 * r]! >> 2; i < end; i++) {
      const ngram = i32[i]!;
      let at = (Math.imul(ngram, spread) >>> shift) << 3;
      while (i32[(table + at + 4) >> 2]! > none && i32[(table + at) >> 2] !== ngram) at = (at + 8) & mask;
      const entry = (table + at) >> 2;
      const times = Math.max(i32[entry + 1]!, none) + 1;
      i32[entry] = ngram;
      i32[entry + 1] = times;
      if (times - none !== wanted) continue;
      const record = (out + n++ * knownAt.bytes) >> 2;
      i32[record] = ngram;
      i32[record + 1] = entry;
    }
  }
  for (let k = 0; k < n; k++) {
    const times = (out + k * knownAt.bytes + knownAt.times) >> 2;
    i32[times] = i32[i32[times]! + 1]! - none;
  }
  return n;
}
