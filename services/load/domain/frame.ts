const prefixBytes = 5;

/** A framed value without its frame, in place. */
export const unframed = (value: Buffer): Buffer => value.subarray(prefixBytes);

/** Id of the schema in Confluent's framing (a zero byte and four of id); undefined when the value is not framed so. */
export const frameId = (value: Buffer): number | undefined =>
  value.length >= prefixBytes && value[0] === 0 ? value.readInt32BE(1) : undefined;
