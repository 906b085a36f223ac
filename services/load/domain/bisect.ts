/**
 * Finds the records that make `accepts` say no, in order, by halving; `accepts` must hold of a list when it holds of
 * each part. Stops after `most` found. For k bad ones among n it asks about k · log2(n) times.
 */
export async function findRefused<T>(
  records: readonly T[],
  accepts: (records: readonly T[]) => Promise<boolean>,
  most: number,
): Promise<T[]> {
  if (most <= 0 || records.length === 0 || (await accepts(records))) return [];
  if (records.length === 1) return [records[0]];
  const middle = records.length >> 1;
  const left = await findRefused(records.slice(0, middle), accepts, most);
  const right = await findRefused(records.slice(middle), accepts, most - left.length);
  return [...left, ...right];
}
