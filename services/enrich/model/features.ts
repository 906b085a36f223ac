/**
 * What a text is made of, the same in training and at work: n-grams of characters inside words with their borders, and words
 * alone, in pairs, and in pairs over one word. As hashes of 32 bits (training), or as addresses of those that a lexicon knows.
 */
import { cuesMade, Forms } from './forms';
import { knownAt, textAt } from './kernel/desk';
import type { Lexicon } from './lexicon';
import { Normaliser } from './normalise';
import { longestWord } from './word-cache';

export interface Shape {
  /** Character n-grams of these lengths. */
  shortest: number;
  longest: number;
  /** Words in a row up to this many. */
  words: number;
  /** Pairs over one word between. */
  skips: boolean;
}

/** N-grams of a text at most: five for each unit that a text can have, rounded up. */
export const mostNgrams = 81_000;
/** Each is a unit and the space behind it. */
export const mostTokens = 8_100;

const logarithms = Float64Array.from({ length: 256 }, (_, n) => 1 + Math.log(n));
/** What an n-gram counts that stands `times` in a text. */
const sublinear = (times: number): number => (times < 256 ? logarithms[times]! : 1 + Math.log(times));

export class Features {
  /** Without a lexicon: hashes; those of characters come first, `characters` of them. */
  readonly hashes = new Uint32Array(mostNgrams);
  characters = 0;
  /** N-grams in all, repeated and unknown ones among them. */
  length = 0;
  /** How many tokens, and per token the unit before its first in `units`; behind the last, the unit behind it. */
  tokens = 0;
  readonly starts = new Int32Array(mostTokens);
  /** Texts taken apart so far; another number, another text. */
  runs = 0;
  /** With a lexicon: what the kernel's routines are told of the text (`textAt`). */
  readonly text: number = 0;
  private readonly normaliser = new Normaliser();
  readonly units = this.normaliser.units;
  private readonly wordHashes = new Int32Array(mostTokens);
  /** Places of lists in the kernel's memory, by `textAt`. */
  private readonly at = { slots: 0, starts: 0, loose: 0, repeated: 0, words: 0 };
  private readonly formsOfText = new Forms(mostTokens);
  private formsOfRun = 0;
  private formsOfCues = 0;
  private made: { by?: object | undefined; of?: Features | undefined; run: number } = { run: 0 };

  /** `beside`: of texts made from one that other features under the lexicon still hold. */
  constructor(
    readonly shape: Shape,
    readonly lexicon?: Lexicon,
    private readonly beside = false,
  ) {
    if (!lexicon) return;
    const { kernel } = lexicon;
    this.text = kernel.place(textAt.bytes);
    this.at = {
      slots: kernel.place(4 * mostTokens),
      starts: kernel.place(4 * mostTokens),
      loose: kernel.place(4 * (mostNgrams + 1)),
      // One more: what does not count is written behind the last.
      repeated: kernel.place(knownAt.bytes * (mostNgrams / 2 + 1)),
      words: kernel.place(knownAt.bytes * (4 * mostTokens + 1)),
    };
    for (const list of ['slots', 'starts', 'loose', 'repeated', 'words'] as const) this.tell(list, this.at[list]);
  }

  run(text: string): void {
    this.take(this.normaliser.run(text));
  }

  /** Takes the first `end` of `units` for a normalised text; `by` made it of what another holds. */
  take(end: number, by?: object, of?: Features): void {
    const { units, starts, wordHashes } = this;
    this.made = { by, of, run: of?.runs ?? 0 };
    let tokens = 0;
    // Every token begins behind a space; n-grams may cover the space on either side, never two words.
    let start = 0;
    while (start + 1 < end) {
      let stop = start + 1;
      let word = 0x5bd1e995;
      while (units[stop] !== 32) {
        word = Math.imul(word ^ units[stop]!, 0x01000193);
        stop++;
      }
      starts[tokens] = start;
      wordHashes[tokens++] = word ^ (word >>> 15);
      start = stop;
    }
    starts[tokens] = start;
    this.tokens = tokens;
    this.runs++;
    if (this.lexicon) this.identify(this.lexicon);
    else this.hash();
  }

  /** Whether it still holds what `by` made of what `of` holds. */
  isSaid(by: object, of: Features): boolean {
    return this.made.by === by && this.made.of === of && this.made.run === of.runs;
  }

  /** Under which forms the tokens are found among cues. */
  forms(): Forms {
    if (this.formsOfRun !== this.runs || this.formsOfCues !== cuesMade()) {
      this.formsOfRun = this.runs;
      this.formsOfCues = cuesMade();
      this.formsOfText.run(this.units, this.starts, this.tokens);
    }
    return this.formsOfText;
  }

  private hash(): void {
    let n = 0;
    const { hashes } = this;
    for (let t = 0; t < this.tokens; t++) n = this.charactersOf(t, hashes, n);
    this.characters = n;
    for (let t = 0; t < this.tokens; t++) {
      hashes[n++] = this.wordHashes[t]! >>> 0;
      n = this.rowsOf(t, hashes, n);
    }
    this.length = n;
  }

  private identify(lexicon: Lexicon): void {
    const { starts, shape, at, tokens } = this;
    lexicon.lay();
    const { kernel, lists, repeats, words, desk } = lexicon;
    const { i32 } = kernel;
    if (!this.beside) words.begin();
    let length = 0;
    let looseWords = 0;
    let end = 0;
    for (let t = 0; t < tokens; t++) {
      const units = starts[t + 1]! - starts[t]! + 1;
      for (let k = shape.shortest; k <= shape.longest; k++) length += Math.max(0, units + 1 - k);
      const slot = this.slotOf(t, lexicon, at.loose + 4 * end);
      const range = lists.ranges / 4 + 2 * t;
      if (slot >= 0) {
        i32[at.slots / 4 + t] = slot;
        i32[range] = words.ngramsOf(slot);
        i32[range + 1] = i32[range]! + 4 * words.sizeOf(slot);
        continue;
      }
      i32[at.slots / 4 + t] = -1 - looseWords;
      i32[at.starts / 4 + looseWords++] = end;
      i32[range] = at.loose + 4 * end;
      end -= slot + 1;
      i32[range + 1] = at.loose + 4 * end;
      i32[at.starts / 4 + looseWords] = end;
    }
    repeats.begin((starts[tokens]! + 1 + tokens) * (shape.longest + 1 - shape.shortest));
    const repeated = kernel.count(lists.ranges, tokens, at.repeated, 2, desk);
    this.weigh(lexicon, at.repeated, repeated);
    this.tell('tokens', tokens);
    this.tell('repeatedSize', repeated);
    this.length = length + this.findWords(lexicon);
  }

  /** The slot of a token; or -1 - n, with its n known n-grams at `loose`. */
  private slotOf(t: number, lexicon: Lexicon, loose: number): number {
    const { starts, units } = this;
    const { kernel, words, lists, desk } = lexicon;
    const word = this.wordHashes[t]!;
    const from = starts[t]! + 1;
    const to = starts[t + 1]!;
    const short = to - from <= longestWord;
    if (short) {
      const slot = words.find(word, units, from, to);
      if (slot >= 0) return slot;
    }
    const hashes = lists.hashes / 4;
    const all = this.charactersOf(t, kernel.i32, hashes) - hashes;
    const known = kernel.find(lists.hashes, all, loose, 0, desk);
    const slot = short ? words.put(word, units, from, to, loose, known, lexicon.find(word)) : -1;
    return slot >= 0 ? slot : -1 - known;
  }

  /** Gives how many words and pairs there are, unknown ones among them. */
  private findWords(lexicon: Lexicon): number {
    const { wordHashes, at, tokens } = this;
    const { kernel, lists, repeats, words, desk } = lexicon;
    const { i32 } = kernel;
    const hashes = lists.hashes / 4;
    let rows = hashes;
    for (let t = 0; t < tokens; t++) rows = this.rowsOf(t, i32, rows);
    rows -= hashes;
    kernel.find(lists.hashes, rows, lists.hashes, 1, desk);
    let end = lists.ngrams / 4;
    let next = hashes;
    for (let t = 0; t < tokens; t++) {
      const slot = i32[at.slots / 4 + t]!;
      const whole = slot >= 0 ? words.wholeOf(slot) : lexicon.find(wordHashes[t]!);
      if (whole !== 0) i32[end++] = whole;
      for (const last = next + this.rowsAt(t); next < last; next++) if (i32[next] !== 0) i32[end++] = i32[next]!;
    }
    const range = lists.ranges / 4;
    i32[range] = lists.ngrams;
    i32[range + 1] = 4 * end;
    repeats.begin(4 * tokens);
    const size = kernel.count(lists.ranges, 1, at.words, 1, desk);
    this.weigh(lexicon, at.words, size);
    this.tell('wordsSize', size);
    return tokens + rows;
  }

  /** Fills in what so many records count. */
  private weigh({ kernel }: Lexicon, records: number, size: number): void {
    const { i32, f64 } = kernel;
    for (let at = records; at < records + size * knownAt.bytes; at += knownAt.bytes)
      f64[(at + knownAt.counts) >> 3] = sublinear(i32[(at + knownAt.times) >> 2]!);
  }

  private tell(field: keyof typeof textAt, value: number): void {
    this.lexicon!.kernel.i32[(this.text + textAt[field]) >> 2] = value;
  }

  /** Writes hashes of the n-grams of characters in a token to `out` from `n` on; gives where they end. */
  private charactersOf(token: number, out: Uint32Array | Int32Array, n: number): number {
    const { units } = this;
    const { shortest, longest } = this.shape;
    const stop = this.starts[token + 1]!;
    let at = n;
    for (let i = this.starts[token]!; i <= stop; i++) {
      let h = 0x811c9dc5 | 0;
      const bound = Math.min(stop, i + longest - 1);
      for (let j = i; j <= bound; j++) {
        h = Math.imul(h ^ units[j]!, 0x01000193);
        if (j - i + 1 >= shortest) out[at++] = h ^ (h >>> 15);
      }
    }
    return at;
  }

  /** The same for words in a row that end at a token. */
  private rowsOf(token: number, out: Uint32Array | Int32Array, n: number): number {
    const { wordHashes } = this;
    const { words, skips } = this.shape;
    const w = wordHashes[token]!;
    let at = n;
    if (words >= 2 && token > 0) out[at++] = pair(wordHashes[token - 1]!, w);
    if (words >= 3 && token > 1) out[at++] = pair(pair(wordHashes[token - 2]!, wordHashes[token - 1]!), w);
    if (skips && token > 1) out[at++] = pair(wordHashes[token - 2]! ^ 0x3c6ef372, w);
    return at;
  }

  /** How many these are. */
  private rowsAt(token: number): number {
    const { words, skips } = this.shape;
    if (token < 2) return words >= 2 ? token : 0;
    return (words >= 2 ? 1 : 0) + (words >= 3 ? 1 : 0) + (skips ? 1 : 0);
  }
}

function pair(a: number, b: number): number {
  let h = Math.imul(a ^ (a >>> 13), 0x85ebca6b) + b;
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return (h ^ (h >>> 13)) >>> 0;
}
