/** What makes scores of held-out texts into probabilities and decisions. */

/** Probabilities [row * classes + class] of scores times `slope`. */
export function softmax(scores: Float32Array, classes: number, slope: number): Float32Array {
  const out = new Float32Array(scores.length);
  for (let i = 0; i < scores.length; i += classes) {
    let top = Number.NEGATIVE_INFINITY;
    for (let k = 0; k < classes; k++) top = Math.max(top, scores[i + k]!);
    let sum = 0;
    for (let k = 0; k < classes; k++) {
      out[i + k] = Math.exp((scores[i + k]! - top) * slope);
      sum += out[i + k]!;
    }
    for (let k = 0; k < classes; k++) out[i + k]! /= sum;
  }
  return out;
}

export const best = (scores: ArrayLike<number>, row: number, classes: number): number => {
  let b = 0;
  for (let k = 1; k < classes; k++) if (scores[row * classes + k]! > scores[row * classes + b]!) b = k;
  return b;
};

export function accuracy(scores: Float32Array, label: ArrayLike<number>, classes: number): number {
  let right = 0;
  for (let i = 0; i < label.length; i++) if (best(scores, i, classes) === label[i]) right++;
  return right / label.length;
}

/** The slope under which the held-out labels are likeliest. */
export function slopeOf(scores: Float32Array, label: ArrayLike<number>, classes: number): number {
  let [slope, least] = [1, Number.POSITIVE_INFINITY];
  for (let s = 0.1; s < 3; s *= 1.08) {
    const p = softmax(scores, classes, s);
    let loss = 0;
    for (let i = 0; i < label.length; i++) loss -= Math.log(p[i * classes + label[i]!]! + 1e-9);
    if (loss < least) [slope, least] = [s, loss];
  }
  return slope;
}

/** Expected calibration error over ten bins of confidence. */
export function calibrationError(confidence: ArrayLike<number>, right: ArrayLike<boolean | number>): number {
  const bins = Array.from({ length: 10 }, () => ({ n: 0, confidence: 0, right: 0 }));
  for (let i = 0; i < confidence.length; i++) {
    const bin = bins[Math.min(9, Math.floor(confidence[i]! * 10))]!;
    bin.n++;
    bin.confidence += confidence[i]!;
    bin.right += right[i] ? 1 : 0;
  }
  return bins.reduce((sum, b) => sum + Math.abs(b.confidence - b.right), 0) / confidence.length;
}

export function f1(probability: ArrayLike<number>, truth: ArrayLike<number>, threshold: number): number {
  let [hit, wrong, missed] = [0, 0, 0];
  for (let i = 0; i < truth.length; i++) {
    if (truth[i]! < 0) continue;
    const said = probability[i]! >= threshold;
    if (said && truth[i]) hit++;
    else if (said) wrong++;
    else if (truth[i]) missed++;
  }
  return hit === 0 ? 0 : (2 * hit) / (2 * hit + wrong + missed);
}

/** The threshold with the best F1, smoothed: the mean of those that come within a hundredth of it. */
export function thresholdOf(probability: ArrayLike<number>, truth: ArrayLike<number>): number {
  const sorted = Array.from(probability).sort((a, b) => a - b);
  const tried = Array.from({ length: 80 }, (_, k) => sorted[Math.floor((sorted.length * (k + 10)) / 91)]!);
  const found = tried.map((t) => f1(probability, truth, t));
  const top = Math.max(...found);
  const near = tried.filter((_, i) => found[i]! >= top - 0.008);
  return near.reduce((a, b) => a + b, 0) / near.length;
}

/** Slope and offset that make a score a probability (Platt), by Newton's method. */
export function platt(score: ArrayLike<number>, truth: ArrayLike<number>): { slope: number; offset: number } {
  let [a, b] = [1, 0];
  for (let step = 0; step < 50; step++) {
    let [ga, gb, haa, hab, hbb] = [1e-6 * a, 0, 1e-3, 0, 1e-3];
    for (let i = 0; i < truth.length; i++) {
      if (truth[i]! < 0) continue;
      const p = 1 / (1 + Math.exp(-(a * score[i]! + b)));
      const d = p - truth[i]!;
      const h = p * (1 - p);
      ga += d * score[i]!;
      gb += d;
      haa += h * score[i]! * score[i]!;
      hab += h * score[i]!;
      hbb += h;
    }
    const det = haa * hbb - hab * hab;
    if (Math.abs(det) < 1e-12) break;
    const da = (hbb * ga - hab * gb) / det;
    const db = (haa * gb - hab * ga) / det;
    a -= Math.max(-1, Math.min(1, da));
    b -= Math.max(-2, Math.min(2, db));
    if (Math.abs(da) + Math.abs(db) < 1e-6) break;
  }
  return { slope: a, offset: b };
}

/** F1 with each half's threshold found on the other half: what a threshold tuned on seen texts gives on unseen ones. */
export function halves(probability: number[], truth: number[]): number {
  const half = (of: number[], k: number) => of.filter((_, i) => i % 2 === k);
  const threshold = [1, 0].map((k) => thresholdOf(half(probability, k), half(truth, k)));
  const said = probability.map((v, i) => (v >= threshold[i % 2]! ? 1 : 0));
  return f1(said, truth, 0.5);
}

export function macroF1(said: number[], truth: number[], classes: number): number {
  let [sum, met] = [0, 0];
  for (let k = 0; k < classes; k++) {
    if (!truth.includes(k)) continue;
    met++;
    sum += f1(
      said.map((v) => (v === k ? 1 : 0)),
      truth.map((v) => (v === k ? 1 : 0)),
      0.5,
    );
  }
  return sum / met;
}
