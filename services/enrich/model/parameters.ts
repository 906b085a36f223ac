/**
 * A model's parameters as a file: `CDT2`, u32 how long the rest is unpacked, and that, compressed with Brotli: u32 length of a header,
 * the header (JSON), then per array of `arrays` its bytes at the next multiple of 8.
 *
 * Weights are small whole numbers with one scale a row, which costs about 5 bits a weight compressed. Columns come in the order
 * in which they are laid out fastest: common ones first, by their hashes where they are as common.
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

const magic = 'CDT2';
const start = 8;
/** Weights hardly repeat: in a window of 256 kB files are 1 % larger than in one of 4 MB, and unpacked in two thirds of the time. */
const window = 18;

export function encode(parameters: Parameters): Buffer {
  const ordered = commonFirst(parameters);
  const header: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(ordered)) if (!names.includes(key as Name)) header[key] = value;
  header.lengths = names.map((name) => ordered[name].length);
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
    const a = ordered[name];
    push(Buffer.from(a.buffer, a.byteOffset, a.byteLength));
  }
  const unpacked = Buffer.alloc(4);
  unpacked.writeUInt32LE(size);
  const packed = brotliCompressSync(Buffer.concat(parts), {
    params: { [constants.BROTLI_PARAM_QUALITY]: 9, [constants.BROTLI_PARAM_LGWIN]: window },
  });
  return Buffer.concat([Buffer.from(magic), unpacked, packed]);
}

/** Throws on what is no such file. */
export function decode(file: Buffer): Parameters {
  if (file.toString('latin1', 0, magic.length) !== magic)
    throw new Error(`no parameters that this version reads (${magic}): train them again`);
  // One piece, and room for one byte more, by whose want it is seen to be the whole.
  const raw = brotliDecompressSync(file.subarray(start), { chunkSize: Math.max(64, file.readUInt32LE(4) + 1) });
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

/** Columns in the order of the file. */
function commonFirst(p: Parameters): Parameters {
  const { columns, hashes, idf, character, firstScale } = p;
  const width = p.hidden + p.direct;
  const order = Uint32Array.from({ length: columns }, (_, c) => c).sort(
    (a, b) => idf[a]! - idf[b]! || character[b]! - character[a]! || hashes[a]! - hashes[b]!,
  );
  const first = new Int8Array(p.first.length);
  const scales = new Float32Array(firstScale.length);
  order.forEach((c, row) => {
    first.set(p.first.subarray(c * width, (c + 1) * width), row * width);
    scales.set(firstScale.subarray(2 * c, 2 * c + 2), 2 * row);
  });
  return {
    ...p,
    hashes: hashes.map((_, row) => hashes[order[row]!]!),
    idf: idf.map((_, row) => idf[order[row]!]!),
    character: character.map((_, row) => character[order[row]!]!),
    first,
    firstScale: scales,
  };
}
