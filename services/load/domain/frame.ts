import { frameIdAt, framePrefixBytes } from '../../lib/kafka/protocol/frame';

/** A framed value without its frame, in place. */
export const unframed = (value: Buffer): Buffer => value.subarray(framePrefixBytes);

export const frameId = (value: Buffer): number | undefined => frameIdAt(value, 0, value.length);
