/** Texts as rows of a sparse matrix: tf-idf with sublinear tf, characters and words each of length 1. */
import { Features, type Shape } from '../features';

export interface Matrix {
  rows: number;
  columns: number;
  start: Int32Array;
  column: Int32Array;
  value: Float32Array;
}

export interface Vocabulary {
  shape: Shape;
  /** Hash -> column. */
  index: Map<number, number>;
  hashes: number[];
  idf: Float32Array;
  /** Whether the column is of characters. */
  character: Uint8Array;
  /** Weight of the words' part beside the characters'. */
  wordWeight: number;
}

export function vocabularyOf(
  texts: string[],
  shape: Shape,
  { minimum = 2, wordWeight = 1, most = Number.POSITIVE_INFINITY, rarity = 1 } = {},
): Vocabulary {
  const features = new Features(shape);
  const frequency = new Map<number, number>();
  const seen = new Map<number, number>();
  const isCharacter = new Set<number>();
  texts.forEach((text, row) => {
    features.run(text);
    for (let i = 0; i < features.length; i++) {
      const h = features.hashes[i]!;
      if (seen.get(h) === row) continue;
      seen.set(h, row);
      frequency.set(h, (frequency.get(h) ?? 0) + 1);
      if (i < features.characters) isCharacter.add(h);
    }
  });
  let kept = [...frequency].filter(([, n]) => n >= minimum);
  if (kept.length > most) kept = kept.sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, most);
  const hashes = kept.map(([h]) => h);
  return {
    shape,
    index: new Map(hashes.map((h, i) => [h, i])),
    hashes,
    idf: Float32Array.from(kept, ([, n]) => (Math.log((1 + texts.length) / (1 + n)) + 1) ** rarity),
    character: Uint8Array.from(hashes, (h) => (isCharacter.has(h) ? 1 : 0)),
    wordWeight,
  };
}

export function matrixOf(texts: string[], vocabulary: Vocabulary): Matrix {
  const { shape, index, idf, character, wordWeight } = vocabulary;
  const features = new Features(shape);
  const start = new Int32Array(texts.length + 1);
  const column: number[] = [];
  const value: number[] = [];
  texts.forEach((text, row) => {
    features.run(text);
    const counts = new Map<number, number>();
    for (let i = 0; i < features.length; i++) {
      const c = index.get(features.hashes[i]!);
      if (c !== undefined) counts.set(c, (counts.get(c) ?? 0) + 1);
    }
    let characters = 0;
    let words = 0;
    const from = value.length;
    for (const [c, n] of counts) {
      const v = (1 + Math.log(n)) * idf[c]!;
      column.push(c);
      value.push(v);
      if (character[c]) characters += v * v;
      else words += v * v;
    }
    const byCharacter = characters > 0 ? 1 / Math.sqrt(characters) : 0;
    const byWord = words > 0 ? wordWeight / Math.sqrt(words) : 0;
    for (let k = from; k < value.length; k++) value[k]! *= character[column[k]!] ? byCharacter : byWord;
    start[row + 1] = value.length;
  });
  return {
    rows: texts.length,
    columns: idf.length,
    start,
    column: Int32Array.from(column),
    value: Float32Array.from(value),
  };
}

/** The same rows with dense columns behind the others. `dense` [row * n + column]. */
export function withColumns(x: Matrix, dense: Float32Array): Matrix {
  const n = dense.length / x.rows;
  const start = new Int32Array(x.rows + 1);
  const column = new Int32Array(x.column.length + dense.length);
  const value = new Float32Array(x.value.length + dense.length);
  let at = 0;
  for (let i = 0; i < x.rows; i++) {
    for (let k = x.start[i]!; k < x.start[i + 1]!; k++, at++) {
      column[at] = x.column[k]!;
      value[at] = x.value[k]!;
    }
    for (let j = 0; j < n; j++, at++) {
      column[at] = x.columns + j;
      value[at] = dense[i * n + j]!;
    }
    start[i + 1] = at;
  }
  return { rows: x.rows, columns: x.columns + n, start, column, value };
}
