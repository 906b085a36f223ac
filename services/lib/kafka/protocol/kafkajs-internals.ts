/** The inner modules of kafkajs 2.2.4 that the replacements build on, with their types. */
export interface KafkajsEncoder {
  buf: Buffer;
  offset: number;
  readonly buffer: Buffer;
}
export interface Codec {
  compress(encoder: KafkajsEncoder): Promise<Buffer>;
  decompress(bytes: Buffer): Promise<Buffer>;
}
export type LongLike = number | string | bigint | { value: bigint };

const Encoder = require('kafkajs/src/protocol/encoder') as new (size: number) => KafkajsEncoder;
const Long = require('kafkajs/src/utils/long') as { fromValue(value: LongLike): { value: bigint } };
const compression = require('kafkajs/src/protocol/message/compression') as {
  lookupCodec(type: number): Codec;
  lookupCodecByAttributes(attributes: number): Codec | null;
};
const { KafkaJSPartialMessageError } = require('kafkajs/src/errors') as {
  KafkaJSPartialMessageError: new (message: string) => Error;
};

export { KafkaJSPartialMessageError };
export const { lookupCodec, lookupCodecByAttributes } = compression;

/** An encoder that holds `buffer[0, length)`, without a copy. */
export function encoderOf(buffer: Buffer, length: number): KafkajsEncoder {
  const encoder = new Encoder(1);
  encoder.buf = buffer;
  encoder.offset = length;
  return encoder;
}

/** As kafkajs' encoder takes it: what is no number stands as zero, what is too large is cut. */
export const int64 = (value: LongLike): bigint => BigInt.asIntN(64, Long.fromValue(value).value);
