/**
 * A model's parameters as a file: a header (JSON) and flat arrays behind it, compressed with Brotli.
 *
 * Layout before compression: u32 length of the header, header, then per array of `arrays` its bytes at the next multiple of 8.
 * Weights are small whole numbers with one scale a row, which costs about 5 bits a weight compressed.
 */
import { brotliCompressSync, brotliDecompressSync, constants } from 'node:zlib';
import type { Shape } from './features';

export interface Header {
  /** Name and version, e.g. `banking77-en-1`. */
  name: string;
  shape: Shape;
  /** Columns: n-grams known. */
  columns: number;
  /** Units of the hidden layer; 0: a linear model. */
  hidden: number;
  /** How many labels, the first, have a linear model beside the hidden layer; their scores are added. */
  direct: number;
  labels: string[];
  wordWeight: number;
  /** What the reader needs beside the scores (thresholds, temperatures); each kind of model says which. */
  extra: Record<string, number | number[] | string | string[]>;
}

export interface Parameters extends Header {
  hashes: Uint32Array;
  /** Inverse document frequency. */
  idf: Float32Array;
  /** 1 for n-grams of characters, 0 for words. */
  character: Uint8Array;
  /** [column * width + unit], width = hidden units and behind them, if direct, one a label. */
  first: Int8Array;
  /** [column * 2]: scale of the hidden units, scale of the direct ones. */
  firstScale: Float32Array;
  firstBias: Float32Array;
  /** [label * hidden + unit]; empty in a linear model. */
  second: Float32Array;
  secondBias: Float32Array;
}

const arrays = {
  hashes: Uint32Array,
  idf: Float32Array,
  character: Uint8Array,
  first: Int8Array,
  firstScale: Float32Array,
  firstBias: Float32Array,
  second: Float32Array,
  secondBias: Float32Array,
} as const;

type Name = keyof typeof arrays;
const names = Object.keys(arrays) as Name[];

export function encode(parameters: Parameters): Buffer {
  const header: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(parameters)) if (!names.includes(key as Name)) header[key] = value;
  header.lengths = names.map((name) => parameters[name].length);
  const text = Buffer.from(JSON.stringify(header));
  const parts: Buffer[] = [];
  let size = 0;
  const push = (bytes: Buffer) => {
    parts.push(bytes);
    size += bytes.length;
    const gap = (8 - (size % 8)) % 8;
    parts.push(Buffer.alloc(gap));
    size += gap;
  };
  const length = Buffer.alloc(4);
  length.writeUInt32LE(text.length);
  push(Buffer.concat([length, text]));
  for (const name of names) {
    const a = parameters[name];
    push(Buffer.from(a.buffer, a.byteOffset, a.byteLength));
  }
  return brotliCompressSync(Buffer.concat(parts), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: 22 },
  });
}

export function decode(file: Uint8Array): Parameters {
  const raw = brotliDecompressSync(file);
  const bytes = raw.byteOffset % 8 === 0 ? raw : Buffer.from(new Uint8Array(raw).buffer);
  const length = bytes.readUInt32LE(0);
  const { lengths, ...header } = JSON.parse(bytes.toString('utf8', 4, 4 + length)) as Header & { lengths: number[] };
  let at = 4 + length;
  const found: Partial<Record<Name, unknown>> = {};
  names.forEach((name, i) => {
    at += (8 - (at % 8)) % 8;
    found[name] = new arrays[name](bytes.buffer, bytes.byteOffset + at, lengths[i]!);
    at += lengths[i]! * arrays[name].BYTES_PER_ELEMENT;
  });
  return { ...header, ...found } as Parameters;
}
