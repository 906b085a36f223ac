/** A network over sparse rows: input -> hidden (ReLU, dropout) -> classes, by Adam; rows of the first layer change only when met. */
import type { Matrix } from './matrix';
import { random } from './svm';

export interface Network {
  hidden: number;
  classes: number;
  /** [column * hidden + h]. */
  first: Float32Array;
  firstBias: Float32Array;
  /** [class * hidden + h]. */
  second: Float32Array;
  secondBias: Float32Array;
}

export interface Options {
  hidden?: number;
  epochs?: number;
  rate?: number;
  dropout?: number;
  /** Share of a row's entries that are dropped at each visit. */
  inputDropout?: number;
  smoothing?: number;
  batch?: number;
  decay?: number;
  seed?: number;
}

/** `target` [row * classes + class]: probabilities to learn (one-hot, or a teacher's). `multi`: independent labels. */
export function trainNetwork(
  x: Matrix,
  target: Float32Array,
  classes: number,
  o: Options = {},
  multi = false,
): Network {
  const {
    hidden = 96,
    epochs = 12,
    rate = 0.003,
    dropout = 0.3,
    inputDropout = 0.2,
    batch = 32,
    seed = 1,
    decay = 0,
  } = o;
  const next = random(seed);
  const normal = () => Math.sqrt(-2 * Math.log(next() + 1e-12)) * Math.cos(2 * Math.PI * next());
  const first = new Float32Array(x.columns * hidden);
  for (let i = 0; i < first.length; i++) first[i] = normal() * 0.15;
  const second = new Float32Array(classes * hidden);
  for (let i = 0; i < second.length; i++) second[i] = normal() * Math.sqrt(1 / hidden);
  const firstBias = new Float32Array(hidden);
  const secondBias = new Float32Array(classes);
  const zeros = (n: number) => new Float32Array(n);
  const m1 = zeros(first.length);
  const v1 = zeros(first.length);
  const g1 = zeros(first.length);
  const touched = new Uint8Array(x.columns);
  const list: number[] = [];
  const [mb1, vb1, gb1] = [zeros(hidden), zeros(hidden), zeros(hidden)];
  const [m2, v2, g2] = [zeros(second.length), zeros(second.length), zeros(second.length)];
  const [mb2, vb2, gb2] = [zeros(classes), zeros(classes), zeros(classes)];
  const h = zeros(hidden);
  // Units that a text lights and dropout leaves: about a third, and only they have gradients.
  const active = new Int32Array(hidden);
  let actives = 0;
  const kept = 1 / (1 - dropout);
  const dh = zeros(hidden);
  const p = zeros(classes);
  const order = Int32Array.from({ length: x.rows }, (_, i) => i);
  const scale = new Float32Array(4096);
  let step = 0;
  const total = Math.ceil(x.rows / batch) * epochs;
  const adam = (
    w: Float32Array,
    m: Float32Array,
    v: Float32Array,
    g: Float32Array,
    from: number,
    to: number,
    lr: number,
  ) => {
    for (let i = from; i < to; i++) {
      const d = g[i]!;
      g[i] = 0;
      m[i] = 0.9 * m[i]! + 0.1 * d;
      v[i] = 0.999 * v[i]! + 0.001 * d * d;
      w[i]! -= (lr * m[i]!) / (Math.sqrt(v[i]!) + 1e-7) + lr * decay * w[i]!;
    }
  };
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (let i = x.rows - 1; i > 0; i--) {
      const j = Math.floor(next() * (i + 1));
      const t = order[i]!;
      order[i] = order[j]!;
      order[j] = t;
    }
    for (let b = 0; b < x.rows; b += batch) {
      const stop = Math.min(x.rows, b + batch);
      for (let s = b; s < stop; s++) {
        const i = order[s]!;
        const from = x.start[i]!;
        const to = x.start[i + 1]!;
        h.set(firstBias);
        for (let k = from; k < to; k++) {
          const keep = next() >= inputDropout ? x.value[k]! / (1 - inputDropout) : 0;
          scale[(k - from) & 4095] = keep;
          if (keep === 0) continue;
          const at = x.column[k]! * hidden;
          for (let j = 0; j < hidden; j++) h[j]! += keep * first[at + j]!;
        }
        actives = 0;
        for (let j = 0; j < hidden; j++) {
          if (h[j]! <= 0 || next() < dropout) continue;
          h[j]! *= kept;
          active[actives++] = j;
        }
        let top = Number.NEGATIVE_INFINITY;
        for (let c = 0; c < classes; c++) {
          let z = secondBias[c]!;
          for (let a = 0, at = c * hidden; a < actives; a++) z += second[at + active[a]!]! * h[active[a]!]!;
          p[c] = z;
          if (z > top) top = z;
        }
        let sum = 0;
        for (let c = 0; c < classes; c++) {
          p[c] = multi ? 1 / (1 + Math.exp(-p[c]!)) : Math.exp(p[c]! - top);
          sum += p[c]!;
        }
        if (multi) sum = 1;
        dh.fill(0);
        for (let c = 0; c < classes; c++) {
          const t = target[i * classes + c]!;
          const d = t < 0 ? 0 : (p[c]! / sum - t) / (stop - b);
          if (d === 0) continue;
          gb2[c]! += d;
          for (let a = 0, at = c * hidden; a < actives; a++) {
            const j = active[a]!;
            g2[at + j]! += d * h[j]!;
            dh[j]! += d * second[at + j]!;
          }
        }
        for (let a = 0; a < actives; a++) {
          const j = active[a]!;
          dh[j]! *= kept;
          gb1[j]! += dh[j]!;
        }
        for (let k = from; k < to; k++) {
          const keep = scale[(k - from) & 4095]!;
          if (keep === 0) continue;
          const c = x.column[k]!;
          if (!touched[c]) {
            touched[c] = 1;
            list.push(c);
          }
          for (let a = 0, at = c * hidden; a < actives; a++) g1[at + active[a]!]! += keep * dh[active[a]!]!;
        }
      }
      step++;
      const warm = Math.sqrt(1 - 0.999 ** step) / (1 - 0.9 ** step);
      const lr = rate * warm * (1 - step / (total + 1));
      for (const c of list) {
        adam(first, m1, v1, g1, c * hidden, (c + 1) * hidden, lr);
        touched[c] = 0;
      }
      list.length = 0;
      adam(firstBias, mb1, vb1, gb1, 0, hidden, lr);
      adam(second, m2, v2, g2, 0, second.length, lr);
      adam(secondBias, mb2, vb2, gb2, 0, classes, lr);
    }
  }
  return { hidden, classes, first, firstBias, second, secondBias };
}

/** Scores [row * classes + class] before softmax or logistic. */
export function networkScores(x: Matrix, n: Network): Float32Array {
  const out = new Float32Array(x.rows * n.classes);
  const h = new Float32Array(n.hidden);
  for (let i = 0; i < x.rows; i++) {
    h.set(n.firstBias);
    for (let k = x.start[i]!; k < x.start[i + 1]!; k++) {
      const v = x.value[k]!;
      for (let j = 0, at = x.column[k]! * n.hidden; j < n.hidden; j++) h[j]! += v * n.first[at + j]!;
    }
    for (let c = 0; c < n.classes; c++) {
      let z = n.secondBias[c]!;
      for (let j = 0, at = c * n.hidden; j < n.hidden; j++) if (h[j]! > 0) z += n.second[at + j]! * h[j]!;
      out[i * n.classes + c] = z;
    }
  }
  return out;
}
