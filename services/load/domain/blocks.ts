export interface Limits {
  max_rows: number;
  max_bytes: number;
}

export interface Weight {
  rows: number;
  bytes: number;
}

/**
 * How many records from `from` on make one block: as many as stay within both limits, and at least one, since a single
 * record that exceeds them must still be loaded.
 */
export function blockLength<T>(
  records: readonly T[],
  from: number,
  weigh: (record: T) => Weight,
  limits: Limits,
): number {
  let rows = 0;
  let bytes = 0;
  let length = 0;
  for (let index = from; index < records.length; index++) {
    const weight = weigh(records[index]);
    rows += weight.rows;
    bytes += weight.bytes;
    if (length > 0 && (rows > limits.max_rows || bytes > limits.max_bytes)) break;
    length += 1;
  }
  return length;
}
