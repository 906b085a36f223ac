/** As much of WebAssembly's binary format as a module of a few functions over one imported memory needs. */

export type Code = readonly (number | Code)[];

/** Unsigned LEB128. */
export function u32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value >>> 0;
  do {
    const low = rest & 0x7f;
    rest >>>= 7;
    bytes.push(rest > 0 ? low | 0x80 : low);
  } while (rest > 0);
  return bytes;
}

/** Signed LEB128, of 32 bits. */
function s32(value: number): number[] {
  const bytes: number[] = [];
  let rest = value | 0;
  for (;;) {
    const low = rest & 0x7f;
    rest >>= 7;
    const done = (rest === 0 && (low & 0x40) === 0) || (rest === -1 && (low & 0x40) !== 0);
    bytes.push(done ? low : low | 0x80);
    if (done) return bytes;
  }
}

const simd = (code: number): Code => [0xfd, u32(code)];
/** Alignment is only a hint; 0 (bytes) is always true. */
const memory = (offset: number): Code => [0, u32(offset)];

/** Instructions by their names; operands that are code are evaluated before. */
export const op = {
  get: (local: number): Code => [0x20, u32(local)],
  set: (local: number, value: Code): Code => [value, 0x21, u32(local)],
  i32: (value: number): Code => [0x41, s32(value)],
  add: (a: Code, b: Code): Code => [a, b, 0x6a],
  sub: (a: Code, b: Code): Code => [a, b, 0x6b],
  mul: (a: Code, b: Code): Code => [a, b, 0x6c],
  and: (a: Code, b: Code): Code => [a, b, 0x71],
  or: (a: Code, b: Code): Code => [a, b, 0x72],
  shiftLeft: (a: Code, bits: number): Code => [a, op.i32(bits), 0x74],
  shiftRight: (a: Code, bits: Code): Code => [a, bits, 0x76],
  isZero: (a: Code): Code => [a, 0x45],
  differ: (a: Code, b: Code): Code => [a, b, 0x47],
  /** Of numbers with a sign. */
  isNegative: (a: Code): Code => [a, op.i32(0), 0x48],
  lessThan: (a: Code, b: Code): Code => [a, b, 0x49],
  select: (yes: Code, no: Code, condition: Code): Code => [yes, no, condition, 0x1b],
  call: (routine: number, ...operands: Code[]): Code => [operands, 0x10, u32(routine)],
  load32: (at: Code, offset = 0): Code => [at, 0x28, memory(offset)],
  /** An i16 as i32. */
  load16: (at: Code, offset = 0): Code => [at, 0x2e, memory(offset)],
  store32: (at: Code, value: Code, offset = 0): Code => [at, value, 0x36, memory(offset)],
  store16: (at: Code, value: Code, offset = 0): Code => [at, value, 0x3b, memory(offset)],
  loadF64: (at: Code, offset = 0): Code => [at, 0x2b, memory(offset)],
  storeF64: (at: Code, value: Code, offset = 0): Code => [at, value, 0x39, memory(offset)],
  /** An f32 as f64. */
  loadF32: (at: Code, offset = 0): Code => [at, 0x2a, memory(offset), 0xbb],
  storeF32: (at: Code, value: Code, offset = 0): Code => [at, value, 0xb6, 0x38, memory(offset)],
  f64: (value: number): Code => [0x44, [...Buffer.from(new Float64Array([value]).buffer)]],
  /** An i32 as f64. */
  toF64: (a: Code): Code => [a, 0xb7],
  lessF64: (a: Code, b: Code): Code => [a, b, 0x63],
  absF64: (a: Code): Code => [a, 0x99],
  ceilF64: (a: Code): Code => [a, 0x9b],
  rootF64: (a: Code): Code => [a, 0x9f],
  addF64: (a: Code, b: Code): Code => [a, b, 0xa0],
  subF64: (a: Code, b: Code): Code => [a, b, 0xa1],
  mulF64: (a: Code, b: Code): Code => [a, b, 0xa2],
  divF64: (a: Code, b: Code): Code => [a, b, 0xa3],
  /** Of a whole number, as i32. */
  truncate: (a: Code): Code => [a, 0xaa],
  maxF64: (a: Code, b: Code): Code => [a, b, 0xa5],
  /** To the nearest whole number as i32, halves up; what is 0 or more. */
  round: (a: Code): Code => op.truncate(op.addF64(a, op.f64(0.5))),
  when: (condition: Code, body: Code): Code => [condition, 0x04, 0x40, body, 0x0b],
  either: (condition: Code, yes: Code, no: Code): Code => [condition, 0x04, 0x40, yes, 0x05, no, 0x0b],
  /** Repeats `body` while `condition`, looked at behind it, holds. */
  loop: (body: Code, condition: Code): Code => [0x03, 0x40, body, condition, 0x0d, 0, 0x0b],
  load128: (at: Code, offset = 0): Code => [at, simd(0), memory(offset)],
  store128: (at: Code, value: Code, offset = 0): Code => [at, value, simd(11), memory(offset)],
  splat32: (at: Code, offset = 0): Code => [at, simd(9), memory(offset)],
  zero128: (): Code => [simd(12), Array<number>(16).fill(0)],
  shuffle: (a: Code, b: Code, lanes: number[]): Code => [a, b, simd(13), lanes],
  extendLowI8: (a: Code): Code => [a, simd(0x87)],
  extendHighI8: (a: Code): Code => [a, simd(0x88)],
  /** Products of 8 pairs of i16, each two neighbours added: 4 of i32. */
  dotI16: (a: Code, b: Code): Code => [a, b, simd(0xba)],
  addI32x4: (a: Code, b: Code): Code => [a, b, simd(0xae)],
  /** The two low i32 as f64. */
  lowF64: (a: Code): Code => [a, simd(0xfe)],
  splatF64: (a: Code): Code => [a, simd(0x14)],
  mulF64x2: (a: Code, b: Code): Code => [a, b, simd(0xf2)],
  addF64x2: (a: Code, b: Code): Code => [a, b, simd(0xf0)],
  addF32x4: (a: Code, b: Code): Code => [a, b, simd(0xe4)],
  mulF32x4: (a: Code, b: Code): Code => [a, b, simd(0xe6)],
};

/** A function of `parameters` i32, with locals of i32, then of v128, then of f64 behind its parameters. */
export interface Routine {
  name: string;
  parameters: number;
  i32s: number;
  v128s: number;
  f64s?: number;
  /** Whether it returns an i32, which `body` leaves behind; else nothing. */
  returns?: boolean;
  body: Code;
}

/** Numbers of parameters and locals by their names. */
export const locals = <const Names extends readonly string[]>(...names: Names): Record<Names[number], number> =>
  Object.fromEntries(names.map((name, n) => [name, n])) as Record<Names[number], number>;

/** Of one piece: `Array.flat` takes several times as long over so deep a nesting. */
function flat(code: Code, into: number[] = []): number[] {
  for (const part of code)
    if (typeof part === 'number') into.push(part);
    else flat(part, into);
  return into;
}
function sized(code: Code): Code {
  const bytes = flat(code);
  return [u32(bytes.length), bytes];
}
const section = (id: number, items: Code[]): Code => [id, sized([u32(items.length), items])];
const text = (s: string): Code => sized([...Buffer.from(s)]);

const [i32Type, f64Type, v128Type, functionType] = [0x7f, 0x7c, 0x7b, 0x60];

/** A module that imports the memory `m.m` and exports `routines`. */
export function assemble(routines: readonly Routine[]): Uint8Array<ArrayBuffer> {
  const types = routines.map(
    (r): Code => [functionType, u32(r.parameters), Array(r.parameters).fill(i32Type), r.returns ? [1, i32Type] : 0],
  );
  const bodies = routines.map(({ i32s, v128s, f64s = 0, body }) =>
    sized([3, u32(i32s), i32Type, u32(v128s), v128Type, u32(f64s), f64Type, body, 0x0b]),
  );
  return Uint8Array.from(
    flat([
      [0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
      section(1, types),
      section(2, [[text('m'), text('m'), 0x02, 0, 1]]),
      section(
        3,
        routines.map((_, i) => u32(i)),
      ),
      section(
        7,
        routines.map((r, i): Code => [text(r.name), 0, u32(i)]),
      ),
      section(10, bodies),
    ]),
  );
}
