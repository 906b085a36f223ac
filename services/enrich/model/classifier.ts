/** Scores of a text's n-grams under a model: linear, or with one hidden layer. */
import { type Features, type Known, sublinear } from './features';
import type { Kernel } from './kernel/kernel';
import { Lexicon } from './lexicon';
import type { Parameters } from './parameters';
import { lane, largest, type Part, padded, recordBytes, type Table } from './table';
import { WordSums } from './word-sums';

/** Of multipliers, so that sums of products with weights (7 bits) stay within 31 bits. */
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
  private readonly table: Table;
  private readonly wordSums: WordSums;
  private readonly hidden: number;
  private readonly direct: number;
  private readonly wordWeight: number;
  private readonly firstBias: Float32Array;
  private readonly secondBias: Float32Array;
  /** Of the first layer, a column of the table each. */
  private readonly sums: Float64Array;
  /** Addresses in the kernel's memory. */
  private readonly at: Record<'second' | 'words' | 'rest' | 'scores', number>;

  /** Models of one reader share a lexicon. */
  constructor(
    p: Parameters,
    readonly lexicon = new Lexicon(),
  ) {
    const { kernel } = lexicon;
    const { hidden } = p;
    this.kernel = kernel;
    this.labels = p.labels;
    this.extra = p.extra;
    this.name = p.name;
    this.hidden = hidden;
    this.direct = p.direct;
    this.wordWeight = p.wordWeight;
    // Copies: a view would keep the whole file in memory.
    this.firstBias = p.firstBias.slice();
    this.secondBias = p.secondBias.slice();
    this.scores = new Float32Array(p.labels.length);
    this.table = lexicon.add(p);
    this.wordSums = new WordSums(this.table, lexicon);
    this.sums = new Float64Array(this.table.stride);
    const labels = padded(p.labels.length);
    this.at = {
      second: kernel.place(hidden * labels * 4),
      words: kernel.place(this.table.stride * 8),
      rest: kernel.place(this.table.stride * 4),
      scores: kernel.place(labels * 4),
    };
    for (let label = 0; label < p.labels.length; label++)
      for (let j = 0; j < hidden; j++)
        kernel.f32[this.at.second / 4 + j * labels + label] = p.second[label * hidden + j]!;
  }

  /** `features` hold a text, under the lexicon of this model. */
  run(features: Features): Float32Array {
    const { hidden, direct, scores, firstBias, sums, secondBias } = this;
    if (features.lexicon !== this.lexicon)
      throw new Error(`${this.name}: the text was taken apart under another lexicon`);
    this.sumFirst(features);
    if (hidden > 0) this.runSecond();
    const beside = padded(hidden);
    const second = hidden > 0 ? this.kernel.f32 : secondBias;
    const from = hidden > 0 ? this.at.scores / 4 : 0;
    for (let c = 0; c < scores.length; c++)
      scores[c] = second[from + c]! + (c < direct ? firstBias[hidden + c]! + sums[beside + c]! : 0);
    return scores;
  }

  /**
   * The first layer: tf-idf of characters and of words, each of length 1, times the rows. Characters: sums of whole words, as
   * if each n-gram counted as often as it stands there, and then those that are repeated corrected to 1 + ln(how often).
   */
  private sumFirst(features: Features): void {
    const { kernel, table, wordSums, at, sums } = this;
    const { met, values } = this.lexicon.scratch;
    const { repeated, words } = features;
    kernel.f64.fill(0, at.words / 8, at.words / 8 + sums.length);
    wordSums.addTo(at.words, features);
    const { i16, i32, f32 } = kernel;
    const { model } = table;
    let n = 0;
    this.known = wordSums.known;
    let { squares } = wordSums;
    for (let k = 0; k < repeated.size; k++) {
      const block = repeated.ngrams[k]!;
      const row = i16[(block >> 1) + model]!;
      if (row === 0) continue;
      const at = (block >> 2) + 2 * row;
      const times = repeated.times[k]!;
      const counts = sublinear(times);
      const one = f32[at]!;
      squares += (counts * counts - times) * one * one;
      this.known -= times - 1;
      met[n] = at;
      values[n++] = counts - times;
    }
    const byCharacter = squares > 0 ? 1 / Math.sqrt(squares) : 0;
    for (let k = 0; k < n; k++) values[k]! *= byCharacter;
    n = this.findWords(words, n);
    const list = this.lexicon.scratch.rows / 4;
    for (let k = 0; k < n; k++) i32[list + k] = 4 * met[k]! + recordBytes;
    // Rows go in pairs: the last one once more, and for nothing.
    if (n > 0) i32[list + n] = i32[list + n - 1]!;
    for (const part of table.parts) this.sumPart(part, n, byCharacter);
  }

  /** Appends words and pairs to what is `met`, from `n` on; gives where they end. */
  private findWords(words: Known, n: number): number {
    const { i16, f32 } = this.kernel;
    const { model } = this.table;
    const { met, values } = this.lexicon.scratch;
    let end = n;
    let squares = 0;
    for (let k = 0; k < words.size; k++) {
      const block = words.ngrams[k]!;
      const row = i16[(block >> 1) + model]!;
      if (row === 0) continue;
      const at = (block >> 2) + 2 * row;
      const counts = sublinear(words.times[k]!);
      const one = counts * f32[at]!;
      squares += one * one;
      met[end] = at;
      values[end++] = counts;
    }
    const byWord = squares > 0 ? this.wordWeight / Math.sqrt(squares) : 0;
    for (let k = n; k < end; k++) values[k]! *= byWord;
    this.known += end - n;
    return end;
  }

  /** Fills the columns of one part of `sums`: words' characters times `byCharacter`, and the first `n` rows of `met`. */
  private sumPart({ multiplier, unit, from, width }: Part, n: number, byCharacter: number): void {
    const { kernel, sums, at } = this;
    const { scratch } = this.lexicon;
    const { met, values, products } = scratch;
    const { i16 } = kernel;
    let top = 0;
    let total = 0;
    for (let k = 0; k < n; k++) {
      const product = values[k]! * i16[2 * met[k]! + multiplier]!;
      const size = product < 0 ? -product : product;
      products[k] = product;
      if (size > top) top = size;
      total += size;
    }
    const one = Math.max(top / largest, total / largestSum);
    const to = scratch.multipliers[multiplier]!;
    if (one > 0) {
      const perOne = 1 / one;
      const list = to / 2;
      for (let k = 0; k < n; k++) i16[list + k] = Math.round(products[k]! * perOne);
      i16[list + n] = 0;
      kernel.gather(scratch.rows, to, n + (n % 2), at.rest + 4 * from, width / lane, from);
    }
    const { i32, f64 } = kernel;
    const rest = at.rest / 4;
    const words = at.words / 8;
    const end = from + width;
    if (one > 0)
      for (let j = from; j < end; j++) sums[j] = unit * (byCharacter * f64[words + j]! + one * i32[rest + j]!);
    else for (let j = from; j < end; j++) sums[j] = unit * byCharacter * f64[words + j]!;
  }

  /** The second layer over the hidden units that light up, about half of them. */
  private runSecond(): void {
    const { kernel, hidden, at, firstBias, scores, sums } = this;
    const { scratch } = this.lexicon;
    const { i32, f32 } = kernel;
    const labels = padded(scores.length);
    const [rows, values] = [scratch.rows / 4, scratch.lit / 4];
    let lit = 0;
    for (let j = 0; j < hidden; j++) {
      const sum = firstBias[j]! + sums[j]!;
      if (sum <= 0) continue;
      i32[rows + lit] = at.second + 4 * j * labels;
      f32[values + lit++] = sum;
    }
    f32.set(this.secondBias, at.scores / 4);
    if (lit > 0) kernel.layer(scratch.rows, scratch.lit, lit, at.scores, labels / lane);
  }
}
