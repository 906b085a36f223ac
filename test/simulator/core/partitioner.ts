/**
 * Which partition Kafka's default partitioner gives a key: murmur2 as in Kafka's Java client and in kafkajs.
 *
 * Written here a second time on purpose: the simulator must not depend on the client it helps to check.
 */

/** Taken out once: in a test's sandbox every look at a global costs more than the multiplication. */
const { imul } = Math;

const M = 0x5bd1e995;
const R = 24;

/** murmur2 (seed 0x9747b28c) of the key's UTF-8 bytes, as a signed 32-bit integer. */
export function murmur2(key: string): number {
  const data = Buffer.from(key, 'utf8');
  const blocks = data.length >> 2;
  let h = 0x9747b28c ^ data.length;
  for (let i = 0; i < blocks; i++) {
    let k = imul(data.readInt32LE(i * 4), M);
    k ^= k >>> R;
    h = imul(h, M) ^ imul(k, M);
  }
  const tail = data.subarray(blocks * 4);
  if (tail.length > 0) {
    for (let i = tail.length - 1; i >= 0; i--) h ^= tail[i]! << (8 * i);
    h = imul(h, M);
  }
  h ^= h >>> 13;
  h = imul(h, M);
  return (h ^ (h >>> 15)) | 0;
}

/** Partition of a key among `partitions`; Kafka drops the sign bit, it does not take the absolute value. */
export function partitionOf(key: string, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
