/** One-against-rest linear machines with squared hinge loss, by dual coordinate descent (the method of LIBLINEAR). */
import type { Matrix } from './matrix';

/** A generator with a seed, so that training the same data twice gives the same parameters. */
export function random(seed: number): () => number {
  let s = seed >>> 0;
  return () => {
    s = (s + 0x6d2b79f5) | 0;
    let t = Math.imul(s ^ (s >>> 15), 1 | s);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

/**
 * Weights of one machine, bias last. `sign` holds 1 and -1 a row; `cost` the price of an error a row, 0 where it is not known.
 */
export function svm(
  x: Matrix,
  sign: Int8Array,
  cost: Float32Array,
  { epochs = 30, tolerance = 0.1, seed = 1 } = {},
): Float32Array {
  const { rows, columns, start, column, value } = x;
  const w = new Float32Array(columns + 1);
  const alpha = new Float32Array(rows);
  const squared = new Float32Array(rows);
  const order = new Int32Array(rows);
  let told = 0;
  for (let i = 0; i < rows; i++) {
    if (cost[i] === 0) continue;
    order[told++] = i;
    let s = 1 + 0.5 / cost[i]!;
    for (let k = start[i]!; k < start[i + 1]!; k++) s += value[k]! * value[k]!;
    squared[i] = s;
  }
  const next = random(seed);
  let active = told;
  let bound = Number.POSITIVE_INFINITY;
  for (let epoch = 0; epoch < epochs; epoch++) {
    let highest = Number.NEGATIVE_INFINITY;
    let lowest = Number.POSITIVE_INFINITY;
    for (let i = active - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      const t = order[i]!;
      order[i] = order[j]!;
      order[j] = t;
    }
    for (let s = 0; s < active; s++) {
      const i = order[s]!;
      const y = sign[i]!;
      let g = w[columns]!;
      for (let k = start[i]!, e = start[i + 1]!; k < e; k++) g += w[column[k]!]! * value[k]!;
      g = g * y - 1 + (alpha[i]! * 0.5) / cost[i]!;
      let p = g;
      if (alpha[i] === 0) {
        if (g > bound) {
          active--;
          order[s] = order[active]!;
          order[active] = i;
          s--;
          continue;
        }
        p = Math.min(g, 0);
      }
      if (p > highest) highest = p;
      if (p < lowest) lowest = p;
      if (Math.abs(p) > 1e-12) {
        const before = alpha[i]!;
        const after = Math.max(before - g / squared[i]!, 0);
        alpha[i] = after;
        const d = (after - before) * y;
        if (d !== 0) {
          for (let k = start[i]!, e = start[i + 1]!; k < e; k++) w[column[k]!]! += d * value[k]!;
          w[columns]! += d;
        }
      }
    }
    if (highest - lowest <= tolerance) {
      if (active === told) break;
      active = told;
      bound = Number.POSITIVE_INFINITY;
    } else bound = highest <= 0 ? Number.POSITIVE_INFINITY : highest;
  }
  return w;
}

/** Weights [class][column], bias last in each. */
export function svmOneVsRest(x: Matrix, label: Int32Array, classes: number, c: number): Float32Array[] {
  const cost = new Float32Array(x.rows).fill(c);
  const sign = new Int8Array(x.rows);
  return Array.from({ length: classes }, (_, k) => {
    for (let i = 0; i < x.rows; i++) sign[i] = label[i] === k ? 1 : -1;
    return svm(x, sign, cost);
  });
}
