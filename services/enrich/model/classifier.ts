/** Scores of a text's n-grams under a model: linear, or with one hidden layer. */
import { type Features, mostNgrams } from './features';
import type { Kernel } from './kernel/kernel';
import { Lexicon } from './lexicon';
import type { Parameters } from './parameters';

const lane = 16;
const padded = (n: number): number => Math.ceil(n / lane) * lane;
/** Of multipliers, whole numbers of 15 bits; and their sum, so that sums of products with weights (7 bits) stay within 31. */
const largest = 32_767;
const largestSum = 16_800_000;

export class Classifier {
  readonly labels: string[];
  readonly extra: Parameters['extra'];
  readonly name: string;
  /** Scores of the last text, one a label, before softmax or logistic. */
  readonly scores: Float32Array;
  /** How many of its n-grams the model knows. */
  known = 0;
  private readonly kernel: Kernel;
  private readonly hidden: number;
  private readonly direct: number;
  private readonly wordWeight: number;
  private readonly firstBias: Float32Array;
  private readonly secondBias: Float32Array;
  /** [column * 3]: inverse document frequency, negative for words; scale of the hidden units; of the direct ones. */
  private readonly scales: Float32Array;
  /** By the lexicon's number; -1 where this model does not know it. */
  private columnOf: Int32Array;
  private readonly met = new Int32Array(mostNgrams);
  private readonly values = new Float64Array(mostNgrams);
  private readonly products = new Float64Array(mostNgrams);
  /** Bytes of a row: its hidden units, then its direct ones, each up to a whole vector. */
  private readonly stride: number;
  /** Addresses in the kernel's memory. */
  private readonly at: Record<'first' | 'second' | 'sums' | 'scores', number>;

  /** Models of one reader share a lexicon. */
  constructor(
    p: Parameters,
    readonly lexicon = new Lexicon(),
  ) {
    const { kernel } = lexicon;
    const { hidden, direct, columns } = p;
    this.kernel = kernel;
    this.labels = p.labels;
    this.extra = p.extra;
    this.name = p.name;
    this.hidden = hidden;
    this.direct = direct;
    this.wordWeight = p.wordWeight;
    // Copies: a view would keep the whole file in memory.
    this.firstBias = p.firstBias.slice();
    this.secondBias = p.secondBias.slice();
    this.scores = new Float32Array(p.labels.length);
    const order = commonFirst(p.idf);
    const ids = lexicon.add(Uint32Array.from(order, (c) => p.hashes[c]!));
    this.columnOf = new Int32Array(lexicon.size).fill(-1);
    ids.forEach((id, row) => {
      this.columnOf[id] = row;
    });
    this.scales = new Float32Array(columns * 3);
    order.forEach((c, row) => {
      this.scales[3 * row] = p.character[c] === 1 ? p.idf[c]! : -p.idf[c]!;
      this.scales[3 * row + 1] = p.firstScale[2 * c]!;
      this.scales[3 * row + 2] = p.firstScale[2 * c + 1]!;
    });
    const labels = padded(p.labels.length);
    this.stride = padded(hidden) + padded(direct);
    this.at = {
      first: kernel.place(columns * this.stride),
      second: kernel.place(hidden * labels * 4),
      sums: kernel.place(this.stride * 4),
      scores: kernel.place(labels * 4),
    };
    order.forEach((c, row) => {
      const weights = p.first.subarray(c * (hidden + direct), (c + 1) * (hidden + direct));
      const to = this.at.first + row * this.stride;
      kernel.i8.set(weights.subarray(0, hidden), to);
      kernel.i8.set(weights.subarray(hidden), to + padded(hidden));
    });
    for (let label = 0; label < p.labels.length; label++)
      for (let j = 0; j < hidden; j++)
        kernel.f32[this.at.second / 4 + j * labels + label] = p.second[label * hidden + j]!;
  }

  /** `features` hold a text, under the lexicon of this model. */
  run(features: Features): Float32Array {
    const { kernel, hidden, direct, at, scores, firstBias } = this;
    const n = this.find(features);
    this.known = n;
    const ofHidden = hidden > 0 ? this.sums(n, 1, 0, hidden) : 0;
    const ofDirect = direct > 0 ? this.sums(n, 2, padded(hidden), direct) : 0;
    const { i32, f32 } = kernel;
    const sums = at.sums / 4;
    if (hidden > 0) this.runSecond(ofHidden);
    const from = at.scores / 4;
    for (let c = 0; c < scores.length; c++) {
      const z = hidden > 0 ? f32[from + c]! : this.secondBias[c]!;
      scores[c] = c < direct ? z + firstBias[hidden + c]! + ofDirect * i32[sums + padded(hidden) + c]! : z;
    }
    return scores;
  }

  /** Writes the rows of those n-grams that the model knows into the kernel, and their tf-idf into `values`; gives how many. */
  private find(features: Features): number {
    const { lexicon, met, values, scales, kernel } = this;
    if (features.lexicon !== lexicon) throw new Error(`${this.name}: the text was taken apart under another lexicon`);
    if (this.columnOf.length < lexicon.size) this.widen();
    const { columnOf } = this;
    const { ids, frequencies, different } = features;
    let n = 0;
    let ofCharacters = 0;
    let ofWords = 0;
    for (let k = 0; k < different; k++) {
      const c = columnOf[ids[k]!]!;
      if (c < 0) continue;
      const v = frequencies[k]! * scales[3 * c]!;
      met[n] = c;
      values[n++] = v;
      if (v > 0) ofCharacters += v * v;
      else ofWords += v * v;
    }
    const byCharacter = ofCharacters > 0 ? 1 / Math.sqrt(ofCharacters) : 0;
    const byWord = ofWords > 0 ? -this.wordWeight / Math.sqrt(ofWords) : 0;
    const rows = lexicon.scratch.rows / 4;
    const { i32 } = kernel;
    const { first } = this.at;
    const { stride } = this;
    for (let k = 0; k < n; k++) {
      const v = values[k]!;
      values[k] = v * (v > 0 ? byCharacter : byWord);
      i32[rows + k] = first + met[k]! * stride;
    }
    if (n % 2 === 1) i32[rows + n] = first;
    return n;
  }

  /** Sums of one part of the rows (scale `part`, `width` columns from `from` on), at their place in the kernel; gives what one of them is worth. */
  private sums(n: number, part: 1 | 2, from: number, width: number): number {
    const { kernel, met, values, products, scales } = this;
    const { rows, multipliers } = this.lexicon.scratch;
    const out = this.at.sums + 4 * from;
    let top = 0;
    let total = 0;
    for (let k = 0; k < n; k++) {
      const product = values[k]! * scales[3 * met[k]! + part]!;
      products[k] = product;
      if (product > top) top = product;
      total += product;
    }
    if (top === 0) {
      kernel.i32.fill(0, out / 4, out / 4 + width);
      return 0;
    }
    const unit = Math.max(top / largest, total / largestSum);
    const perUnit = 1 / unit;
    const { i16 } = kernel;
    const to = multipliers / 2;
    for (let k = 0; k < n; k++) i16[to + k] = products[k]! * perUnit + 0.5;
    i16[to + n] = 0;
    kernel.gather(rows, multipliers, n + (n % 2), out, padded(width) / lane, from);
    return unit;
  }

  /** The second layer over the hidden units that light up, about half of them. */
  private runSecond(unit: number): void {
    const { kernel, hidden, at, firstBias, scores, secondBias } = this;
    const { rows, multipliers } = this.lexicon.scratch;
    const { i32, f32 } = kernel;
    const labels = padded(scores.length);
    let lit = 0;
    for (let j = 0; j < hidden; j++) {
      const sum = firstBias[j]! + unit * i32[at.sums / 4 + j]!;
      if (sum <= 0) continue;
      i32[rows / 4 + lit] = at.second + 4 * j * labels;
      f32[multipliers / 4 + lit++] = sum;
    }
    f32.set(secondBias, at.scores / 4);
    if (lit > 0) kernel.layer(rows, multipliers, lit, at.scores, labels / lane);
  }

  /** Other models have added n-grams to the lexicon since. */
  private widen(): void {
    const wider = new Int32Array(this.lexicon.size).fill(-1);
    wider.set(this.columnOf);
    this.columnOf = wider;
  }
}

/** Columns, those of common n-grams first: what most texts touch then lies close together, which halves the time. */
function commonFirst(idf: Float32Array): Uint32Array {
  const finest = 64;
  const key = (v: number) => Math.round(v * finest);
  const starts = new Uint32Array(key(idf.reduce((a, b) => Math.max(a, b), 0)) + 2);
  for (const v of idf) starts[key(v) + 1]!++;
  for (let k = 1; k < starts.length; k++) starts[k]! += starts[k - 1]!;
  const order = new Uint32Array(idf.length);
  idf.forEach((v, c) => {
    order[starts[key(v)]!++] = c;
  });
  return order;
}
