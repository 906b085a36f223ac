/** Bytes before the Avro value in Confluent's framing: a zero byte and four of the schema's id. */
export const framePrefixBytes = 5;

/** Id of the schema of a value of so many bytes at that place; undefined when it is not framed so. */
export const frameIdAt = (buffer: Buffer, at: number, size: number): number | undefined =>
  size >= framePrefixBytes && buffer[at] === 0 ? buffer.readInt32BE(at + 1) : undefined;
