/** Scores of a text's n-grams under a model: linear, or with one hidden layer. */
import type { Features } from './features';
import type { Kernel } from './kernel/kernel';
import { Lexicon } from './lexicon';
import type { Parameters } from './parameters';
import { lane, padded, type Table } from './table';

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
  private readonly hidden: number;
  /** Biases of the direct columns. */
  private readonly directBias: Float32Array;
  private readonly secondBias: Float32Array;
  /** Places in the kernel's memory: sums of the direct columns (f64), and scores of the hidden layer (f32). */
  private readonly sums: number;
  private readonly found: number;

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
    // Copies: a view would keep the whole file in memory.
    this.directBias = p.firstBias.slice(hidden, hidden + p.direct);
    this.secondBias = p.secondBias.slice();
    this.scores = new Float32Array(p.labels.length);
    this.table = lexicon.add(p);
    this.sums = this.table.get('sums') / 8 + padded(hidden);
    this.found = this.placeSecond(p) / 4;
  }

  /** `features` hold a text, under the lexicon of this model. */
  run(features: Features): Float32Array {
    const { kernel, table, scores, directBias, secondBias, found, sums } = this;
    if (features.lexicon !== this.lexicon)
      throw new Error(`${this.name}: the text was taken apart under another lexicon`);
    const { desk } = this.lexicon;
    this.known = kernel.first(table.at, features.text, desk);
    if (this.hidden > 0) kernel.second(table.at, desk);
    const { f32, f64 } = kernel;
    const direct = directBias.length;
    for (let c = 0; c < scores.length; c++) {
      const second = this.hidden > 0 ? f32[found + c]! : secondBias[c]!;
      scores[c] = second + (c < direct ? directBias[c]! + f64[sums + c]! : 0);
    }
    return scores;
  }

  /** Gives where its scores will be. */
  private placeSecond({ hidden, labels, firstBias, second, secondBias }: Parameters): number {
    const { kernel, table } = this;
    const width = padded(labels.length);
    const [bias, labelBias, weights] = [
      kernel.place(4 * hidden),
      kernel.place(4 * width),
      kernel.place(4 * hidden * width),
    ];
    const scores = kernel.place(4 * width);
    table.set('units', hidden);
    table.set('bias', bias);
    table.set('labels', width / lane);
    table.set('labelBias', labelBias);
    table.set('second', weights);
    table.set('scores', scores);
    const { f32 } = kernel;
    f32.set(firstBias.subarray(0, hidden), bias / 4);
    f32.set(secondBias, labelBias / 4);
    for (let label = 0; label < labels.length; label++)
      for (let j = 0; j < hidden; j++) f32[weights / 4 + j * width + label] = second[label * hidden + j]!;
    return scores;
  }
}
