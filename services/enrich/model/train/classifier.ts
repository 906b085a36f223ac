/** Trains what `../classifier.ts` runs: a network with one hidden layer, and beside it one-against-rest linear machines. */
import type { Shape } from '../features';
import type { Parameters } from '../parameters';
import { matrixOf, type Vocabulary, vocabularyOf, withColumns } from './matrix';
import { type Network, type Options, trainNetwork } from './mlp';
import { svm } from './svm';

/** One for all models, so that a text is taken apart once. */
export const shape: Shape = { shortest: 2, longest: 5, words: 2, skips: false };

export interface Recipe {
  name: string;
  labels: string[];
  /** Independent labels: 1, 0, or -1 where a row says nothing about it. Otherwise the probabilities of exclusive ones. */
  multi?: boolean;
  minimum?: number;
  /** N-grams at most. */
  most?: number;
  /** Power of the inverse document frequency; under 1, rare n-grams count for less. */
  rarity?: number;
  network?: Options | null;
  /** Cost of an error of the linear machines; 0: none. `slope`: what their margins count beside the network's scores. */
  cost?: number;
  slope?: number;
  /** Only so many of the labels, the first, have a linear machine; left out: all. */
  machines?: number;
  /** Levels of a weight to either side. */
  levels?: number;
  extra?: Parameters['extra'];
  /** Inputs of the linear machines besides n-grams [row * n + input]; what they weigh becomes `extra.stack` [label * n + input]. */
  dense?: Float32Array;
}

/** `target` [row * labels + label]. */
export function trainClassifier(texts: string[], target: Float32Array, recipe: Recipe): Parameters {
  const { labels, multi = false, minimum = 2, most, rarity = 1 } = recipe;
  const { network = {}, cost = 0.5, slope = 4, levels = 15 } = recipe;
  const vocabulary = vocabularyOf(texts, shape, { minimum, rarity, ...(most ? { most } : {}) });
  const x = matrixOf(texts, vocabulary);
  const wide = recipe.dense ? withColumns(x, recipe.dense) : x;
  const n = labels.length;
  const net = network ? trainNetwork(x, target, n, network, multi) : null;
  const machines = cost > 0 ? labels.slice(0, recipe.machines ?? n).map((_, k) => machine(k)) : null;

  function machine(k: number): Float32Array {
    const sign = new Int8Array(x.rows);
    const costs = new Float32Array(x.rows);
    let positive = 0;
    let told = 0;
    for (let i = 0; i < x.rows; i++) {
      const t = target[i * n + k]!;
      sign[i] = t > 0.5 ? 1 : -1;
      costs[i] = t < 0 ? 0 : cost;
      if (t > 0.5) positive++;
      if (t >= 0) told++;
    }
    // Rare emotions would never be seen: an error on them counts for more.
    if (multi && positive > 0) {
      const more = Math.sqrt((told - positive) / positive);
      for (let i = 0; i < x.rows; i++) if (sign[i] === 1) costs[i]! *= more;
    }
    return svm(wide, sign, costs);
  }

  const parameters = assemble(recipe, vocabulary, net, machines, slope, levels);
  if (machines && recipe.dense) {
    const stack = machines.flatMap((w) => Array.from(w.subarray(x.columns, wide.columns), (v) => v * slope));
    parameters.extra = { ...parameters.extra, stack: stack.map((v) => Number(v.toPrecision(4))) };
  }
  return parameters;
}

function assemble(
  recipe: Recipe,
  vocabulary: Vocabulary,
  net: Network | null,
  machines: Float32Array[] | null,
  slope: number,
  levels: number,
): Parameters {
  const labels = recipe.labels;
  const columns = vocabulary.hashes.length;
  const hidden = net?.hidden ?? 0;
  const direct = machines?.length ?? 0;
  const width = hidden + direct;
  const first = new Int8Array(columns * width);
  const firstScale = new Float32Array(columns * 2);
  const row = new Float32Array(width);
  for (let c = 0; c < columns; c++) {
    for (let j = 0; j < hidden; j++) row[j] = net!.first[c * hidden + j]!;
    if (machines) for (let k = 0; k < direct; k++) row[hidden + k] = machines[k]![c]! * slope;
    firstScale[2 * c] = quantise(row, 0, hidden, first, c * width, levels);
    firstScale[2 * c + 1] = quantise(row, hidden, width, first, c * width, levels);
  }
  const firstBias = new Float32Array(width);
  if (net) firstBias.set(net.firstBias);
  machines?.forEach((w, k) => {
    firstBias[hidden + k] = w[w.length - 1]! * slope;
  });
  return {
    name: recipe.name,
    shape,
    columns,
    hidden,
    direct,
    labels,
    wordWeight: vocabulary.wordWeight,
    extra: recipe.extra ?? {},
    hashes: Uint32Array.from(vocabulary.hashes),
    idf: vocabulary.idf,
    character: vocabulary.character,
    first,
    firstScale,
    firstBias,
    second: net?.second ?? new Float32Array(0),
    secondBias: net?.secondBias ?? new Float32Array(labels.length),
  };
}

/** Gives the scale. Clipped at three standard deviations: one large weight must not cost all others their levels. */
export function quantise(
  row: Float32Array,
  from: number,
  to: number,
  out: Int8Array,
  at: number,
  levels: number,
): number {
  let squares = 0;
  let top = 0;
  for (let j = from; j < to; j++) {
    squares += row[j]! * row[j]!;
    top = Math.max(top, Math.abs(row[j]!));
  }
  if (top === 0) return 0;
  const scale = coarse(Math.min(top, 4 * Math.sqrt(squares / (to - from))) / levels);
  for (let j = from; j < to; j++) out[at + j] = Math.max(-127, Math.min(127, Math.round(row[j]! / scale)));
  return scale;
}

/** Five significant bits: the rest of a scale would only cost space. */
function coarse(scale: number): number {
  const unit = 2 ** (Math.floor(Math.log2(scale)) - 4);
  return Math.fround(Math.round(scale / unit) * unit);
}
