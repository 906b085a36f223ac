/** Scores of a text's n-grams under a model: linear, or with one hidden layer. */
import type { Features } from './features';
import type { Parameters } from './parameters';

export class Classifier {
  readonly labels: string[];
  readonly extra: Parameters['extra'];
  readonly name: string;
  /** Scores of the last text, one a label, before softmax or logistic. */
  readonly scores: Float32Array;
  /** How many of its n-grams the model knows. */
  known = 0;
  private readonly table: Int32Array;
  private readonly counts: Uint16Array;
  private readonly lit: Int32Array;
  private readonly met = new Int32Array(60_000);
  /** Float64, for what a loop reads and writes in turn is then not converted each time. */
  private readonly sums: Float64Array;

  constructor(private readonly p: Parameters) {
    this.labels = p.labels;
    this.extra = p.extra;
    this.name = p.name;
    this.scores = new Float32Array(p.labels.length);
    this.sums = new Float64Array(p.hidden + p.direct);
    this.counts = new Uint16Array(p.columns);
    this.lit = new Int32Array(p.hidden);
    let size = 4;
    while (size < p.columns * 2) size *= 2;
    this.table = new Int32Array(size).fill(-1);
    for (let i = 0; i < p.columns; i++) {
      let at = p.hashes[i]! & (size - 1);
      while (this.table[at]! >= 0) at = (at + 1) & (size - 1);
      this.table[at] = i;
    }
  }

  run(features: Features): Float32Array {
    const { p, table, counts, met, sums, scores, lit } = this;
    const { hashes: known, idf, character, first, firstScale } = p;
    const { hashes } = features;
    const mask = table.length - 1;
    let n = 0;
    for (let i = 0; i < features.length; i++) {
      const h = hashes[i]!;
      let at = h & mask;
      let c = table[at]!;
      while (c >= 0 && known[c] !== h) {
        at = (at + 1) & mask;
        c = table[at]!;
      }
      if (c >= 0) {
        if (counts[c] === 0) met[n++] = c;
        counts[c]!++;
      }
    }
    this.known = n;
    let ofCharacters = 0;
    let ofWords = 0;
    for (let i = 0; i < n; i++) {
      const c = met[i]!;
      const v = counts[c] === 1 ? idf[c]! : (1 + Math.log(counts[c]!)) * idf[c]!;
      if (character[c] === 1) ofCharacters += v * v;
      else ofWords += v * v;
    }
    const byCharacter = ofCharacters > 0 ? 1 / Math.sqrt(ofCharacters) : 0;
    const byWord = ofWords > 0 ? p.wordWeight / Math.sqrt(ofWords) : 0;
    const width = sums.length;
    const { hidden } = p;
    sums.set(p.firstBias);
    for (let i = 0; i < n; i++) {
      const c = met[i]!;
      const v =
        (counts[c] === 1 ? 1 : 1 + Math.log(counts[c]!)) * idf[c]! * (character[c] === 1 ? byCharacter : byWord);
      counts[c] = 0;
      const from = c * width;
      const ofHidden = v * firstScale[2 * c]!;
      for (let j = 0; j < hidden; j++) sums[j]! += ofHidden * first[from + j]!;
      const ofDirect = v * firstScale[2 * c + 1]!;
      for (let j = hidden; j < width; j++) sums[j]! += ofDirect * first[from + j]!;
    }
    // Once, so that the loop over labels has no branch: about half of the units are dark.
    let lights = 0;
    for (let j = 0; j < hidden; j++) if (sums[j]! > 0) lit[lights++] = j;
    const { second, secondBias, direct } = p;
    for (let c = 0; c < scores.length; c++) {
      let z = secondBias[c]!;
      const from = c * hidden;
      for (let a = 0; a < lights; a++) z += sums[lit[a]!]! * second[from + lit[a]!]!;
      scores[c] = c < direct ? z + sums[hidden + c]! : z;
    }
    return scores;
  }
}
