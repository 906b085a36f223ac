/** The layers of a model over a text in JavaScript: the same arithmetic in the same order as layers.ts. */
import { atOnce, deskAt, keptAt, knownAt, largest, largestSum, modelAt, slotAt, textAt } from './desk';
import type { Kernel } from './kernel';

/** Bytes of a record before the weights of a row. */
const recordBytes = 8;

/** `Kernel.first`. */
export function first(kernel: Kernel, model: number, text: number, desk: number): number {
  const { i16, i32, f32, f64 } = kernel;
  const [header, hidden, direct, out] = [modelAt.header, modelAt.hidden, modelAt.direct, modelAt.words].map(
    (place) => i32[(model + place) >> 2]!,
  ) as [number, number, number, number];
  const blocks = hidden + direct;
  f64.fill(0, out >> 3, (out >> 3) + 16 * blocks);
  let { squares, known } = addWords(kernel, model, text, desk, blocks);
  const rows = i32[(desk + deskAt.rows) >> 2]! >> 2;
  const values = i32[(desk + deskAt.values) >> 2]! >> 3;
  let n = 0;
  const meet = (place: number, size: number, use: (one: number, counts: number, times: number) => number) => {
    const end = i32[(text + size) >> 2]!;
    for (let k = 0; k < end; k++) {
      const record = i32[(text + place) >> 2]! + k * knownAt.bytes;
      const block = i32[record >> 2]!;
      const row = i16[(block + header) >> 1]!;
      if (row === 0) continue;
      const at = block + 8 * row;
      i32[rows + n] = at;
      f64[values + n++] = use(f32[at >> 2]!, f64[(record + knownAt.counts) >> 3]!, i32[(record + knownAt.times) >> 2]!);
    }
  };
  meet(textAt.repeated, textAt.repeatedSize, (one, counts, times) => {
    squares += (counts * counts - times) * one * one;
    known -= times - 1;
    return counts - times;
  });
  const byCharacter = squares > 0 ? 1 / Math.sqrt(squares) : 0;
  for (let k = 0; k < n; k++) f64[values + k]! *= byCharacter;
  const words = n;
  let ofWords = 0;
  meet(textAt.words, textAt.wordsSize, (idf, counts) => {
    const one = counts * idf;
    ofWords += one * one;
    return counts;
  });
  const byWord = ofWords > 0 ? f64[(model + modelAt.wordWeight) >> 3]! / Math.sqrt(ofWords) : 0;
  for (let k = words; k < n; k++) f64[values + k]! *= byWord;
  if (n > 0) i32[rows + n] = i32[rows + n - 1]!;
  f64[(desk + deskAt.byCharacter) >> 3] = byCharacter;
  if (hidden > 0) sumPart(kernel, model, desk, n, 2, 0, hidden, modelAt.hiddenUnit);
  if (direct > 0) sumPart(kernel, model, desk, n, 3, hidden, direct, modelAt.directUnit);
  return known + n - words;
}

/** Adds the sums of all words of a text; gives the squares of their n-grams and how many are known, each as often as it stands there. */
function addWords(
  kernel: Kernel,
  model: number,
  text: number,
  desk: number,
  blocks: number,
): { squares: number; known: number } {
  const { i32, f64 } = kernel;
  const ofModel = (place: number): number => i32[(model + place) >> 2]!;
  const ofText = (place: number): number => i32[(text + place) >> 2]!;
  const ofDesk = (place: number): number => i32[(desk + place) >> 2]!;
  const [out, one, spare] = [ofModel(modelAt.words), ofDesk(deskAt.one), ofModel(modelAt.spare)];
  let squares = 0;
  let known = 0;
  const add = (sums: number) => {
    i32[one >> 2] = sums;
    kernel.accumulate(one, 1, out, blocks);
  };
  for (let t = 0; t < ofText(textAt.tokens); t++) {
    const slot = i32[(ofText(textAt.slots) >> 2) + t]!;
    if (slot < 0) {
      const starts = (ofText(textAt.starts) >> 2) - 1 - slot;
      const end = i32[starts + 1]!;
      for (let from = i32[starts]!; from < end; from += atOnce) {
        const loose = ofText(textAt.loose);
        const some = sum(kernel, loose + 4 * from, loose + 4 * Math.min(end, from + atOnce), spare, model, desk);
        if (some === 0) continue;
        squares += f64[(desk + deskAt.square) >> 3]!;
        known += some;
        add(spare);
      }
      continue;
    }
    const of = ofDesk(deskAt.slab) + slot * ofDesk(deskAt.pitch);
    const at = of + ofModel(modelAt.kept);
    const version = i32[(of + slotAt.version) >> 2]!;
    if (i32[(at + keptAt.version) >> 2] !== version) {
      const from = of + slotAt.ngrams;
      const end = from + 4 * i32[(of + slotAt.size) >> 2]!;
      i32[(at + keptAt.known) >> 2] = sum(kernel, from, end, at + keptAt.sums, model, desk);
      f64[(at + keptAt.squares) >> 3] = f64[(desk + deskAt.square) >> 3]!;
      i32[(at + keptAt.version) >> 2] = version;
    }
    const some = i32[(at + keptAt.known) >> 2]!;
    if (some === 0) continue;
    squares += f64[(at + keptAt.squares) >> 3]!;
    known += some;
    add(at + keptAt.sums);
  }
  return { squares, known };
}

/** Sums the rows of the n-grams from `ngrams` to before `end` at `out` (i32); gives how many of them the model knows. None: nothing is written. */
function sum(kernel: Kernel, ngrams: number, end: number, out: number, model: number, desk: number): number {
  const { i32, i16, f32, f64 } = kernel;
  const header = i32[(model + modelAt.header) >> 2]!;
  const rows = i32[(desk + deskAt.rows) >> 2]!;
  const lists = [deskAt.hidden, deskAt.direct].map((list) => i32[(desk + list) >> 2]!) as [number, number];
  let n = 0;
  let square = 0;
  for (let i = ngrams >> 2; i < end >> 2; i++) {
    const row = i16[(i32[i]! + header) >> 1]!;
    if (row === 0) continue;
    const at = i32[i]! + 8 * row;
    const one = f32[at >> 2]!;
    square += one * one;
    i32[(rows >> 2) + n] = at;
    i16[(lists[0] >> 1) + n] = i16[(at >> 1) + 2]!;
    i16[(lists[1] >> 1) + n] = i16[(at >> 1) + 3]!;
    n++;
  }
  f64[(desk + deskAt.square) >> 3] = square;
  if (n === 0) return 0;
  let from = 0;
  [modelAt.hidden, modelAt.direct].forEach((part, i) => {
    const blocks = i32[(model + part) >> 2]!;
    if (blocks > 0) kernel.gather(rows, lists[i]!, n, out + 64 * from, blocks, recordBytes + 16 * from);
    from += blocks;
  });
  return n;
}

/** Fills the columns of `blocks` blocks from `from` on: words' characters times what these count, and the first `n` rows. `multiplier`: 2 or 3. */
function sumPart(
  kernel: Kernel,
  model: number,
  desk: number,
  n: number,
  multiplier: number,
  from: number,
  blocks: number,
  unitAt: number,
): void {
  const { i16, i32, f64 } = kernel;
  const ofDesk = (place: number): number => i32[(desk + place) >> 2]!;
  const [rows, values, products, list] = [
    ofDesk(deskAt.rows),
    ofDesk(deskAt.values) >> 3,
    ofDesk(deskAt.products) >> 3,
    ofDesk(deskAt.hidden),
  ];
  let top = 0;
  let total = 0;
  for (let k = 0; k < n; k++) {
    const product = f64[values + k]! * i16[(i32[(rows >> 2) + k]! >> 1) + multiplier]!;
    const size = product < 0 ? -product : product;
    f64[products + k] = product;
    if (size > top) top = size;
    total += size;
  }
  const one = Math.max(top / largest, total / largestSum);
  const rest = i32[(model + modelAt.rest) >> 2]! + 64 * from;
  if (one > 0) {
    const perOne = 1 / one;
    for (let k = 0; k < n; k++) i16[(list >> 1) + k] = Math.round(f64[products + k]! * perOne);
    kernel.gather(rows, list, n, rest, blocks, recordBytes + 16 * from);
  }
  const unit = f64[(model + unitAt) >> 3]!;
  const byCharacter = f64[(desk + deskAt.byCharacter) >> 3]!;
  const words = (i32[(model + modelAt.words) >> 2]! >> 3) + 16 * from;
  const sums = (i32[(model + modelAt.sums) >> 2]! >> 3) + 16 * from;
  if (one > 0)
    for (let j = 0; j < 16 * blocks; j++)
      f64[sums + j] = unit * (byCharacter * f64[words + j]! + one * i32[(rest >> 2) + j]!);
  else for (let j = 0; j < 16 * blocks; j++) f64[sums + j] = unit * byCharacter * f64[words + j]!;
}

/** `Kernel.second`. */
export function second(kernel: Kernel, model: number, desk: number): void {
  const { i32, f32, f64 } = kernel;
  const ofModel = (place: number): number => i32[(model + place) >> 2]!;
  const [bias, sums, labels] = [ofModel(modelAt.bias) >> 2, ofModel(modelAt.sums) >> 3, ofModel(modelAt.labels)];
  const [rows, values] = [i32[(desk + deskAt.rows) >> 2]!, i32[(desk + deskAt.lit) >> 2]!];
  let lit = 0;
  for (let j = 0; j < ofModel(modelAt.units); j++) {
    const sum = f32[bias + j]! + f64[sums + j]!;
    if (sum <= 0) continue;
    i32[(rows >> 2) + lit] = ofModel(modelAt.second) + 64 * j * labels;
    f32[(values >> 2) + lit++] = sum;
  }
  const from = ofModel(modelAt.labelBias) >> 2;
  f32.copyWithin(ofModel(modelAt.scores) >> 2, from, from + 16 * labels);
  if (lit > 0) kernel.layer(rows, values, lit, ofModel(modelAt.scores), labels);
}
