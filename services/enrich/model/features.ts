/**
 * What a text is made of, the same in training and at work: n-grams of characters inside words with their borders, and words
 * alone, in pairs, and in pairs over one word. As hashes of 32 bits (training), or as addresses of those that a lexicon knows.
 */
import { cuesMade, Forms } from './forms';
import type { Lexicon } from './lexicon';
import { Normaliser } from './normalise';
import { Repeats } from './repeats';
import { longestWord, room } from './word-cache';

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
const mostTokens = 8_100;
/** N-grams that a lexicon knows, by their addresses, and how often each stands in a text; the first `size` count. */
export interface Known {
  ngrams: Int32Array;
  times: Uint16Array;
  size: number;
}

const logarithms = Float64Array.from({ length: 256 }, (_, n) => 1 + Math.log(n));
/** What an n-gram counts that stands `times` in a text. */
export const sublinear = (times: number): number => (times < 256 ? logarithms[times]! : 1 + Math.log(times));

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
  /** With a lexicon: per token its slot in the lexicon's cache of words, or -1 - k where it is the k-th that is not kept there. */
  readonly slots = new Int32Array(mostTokens);
  /** Which version of its slot, where it has one. */
  readonly versions = new Int32Array(mostTokens);
  /** N-grams of words that are not kept: those of the k-th from `looseStarts[k]` to before `looseStarts[k + 1]` in `loose`. */
  readonly loose: Int32Array;
  readonly looseStarts = new Int32Array(mostTokens);
  /** N-grams of characters that stand more than once in the text, and how often. */
  readonly repeated: Known;
  /** Different words and pairs of words, and how often. */
  readonly words: Known;
  private readonly normaliser = new Normaliser();
  readonly units = this.normaliser.units;
  private readonly wordHashes = new Int32Array(mostTokens);
  private readonly repeats = new Repeats();
  /** While a text is taken apart: where `repeats` counts what is repeated, or what is a word. */
  private readonly counted: Int32Array;
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
    const most = lexicon ? mostNgrams : 0;
    this.loose = new Int32Array(most);
    this.counted = new Int32Array(most);
    this.repeated = { ngrams: new Int32Array(most), times: new Uint16Array(most), size: 0 };
    this.words = { ngrams: new Int32Array(most), times: new Uint16Array(most), size: 0 };
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
    for (let t = 0; t < this.tokens; t++) n = this.charactersOf(t, n);
    this.characters = n;
    for (let t = 0; t < this.tokens; t++) {
      this.hashes[n++] = this.wordHashes[t]! >>> 0;
      n = this.rowsOf(t, n);
    }
    this.length = n;
  }

  private identify(lexicon: Lexicon): void {
    const { starts, shape, slots, versions, looseStarts, repeats } = this;
    lexicon.lay();
    if (!this.beside) lexicon.words.begin();
    let length = 0;
    let looseWords = 0;
    this.repeated.size = 0;
    repeats.begin((starts[this.tokens]! + 1 + this.tokens) * (shape.longest + 1 - shape.shortest));
    for (let t = 0; t < this.tokens; t++) {
      const units = starts[t + 1]! - starts[t]! + 1;
      for (let k = shape.shortest; k <= shape.longest; k++) length += Math.max(0, units + 1 - k);
      const slot = this.slotOf(t, lexicon, looseStarts[looseWords]!);
      slots[t] = slot;
      if (slot >= 0) {
        const { ngrams, counts, versions: current } = lexicon.words;
        versions[t] = current[slot]!;
        this.count(ngrams, slot * room, slot * room + counts[slot]!);
        continue;
      }
      slots[t] = -1 - looseWords;
      looseStarts[looseWords + 1] = looseStarts[looseWords]! - 1 - slot;
      this.count(this.loose, looseStarts[looseWords]!, looseStarts[++looseWords]!);
    }
    const { repeated, counted } = this;
    for (let k = 0; k < repeated.size; k++) repeated.times[k] = repeats.times(counted[k]!);
    this.length = length + this.findWords(lexicon);
  }

  /** The slot of a token; or -1 - n, with its n known n-grams in `loose` from `at` on. */
  private slotOf(t: number, lexicon: Lexicon, at: number): number {
    const { starts, units, hashes, loose } = this;
    const word = this.wordHashes[t]!;
    const from = starts[t]! + 1;
    const to = starts[t + 1]!;
    const short = to - from <= longestWord;
    if (short) {
      const slot = lexicon.words.find(word, units, from, to);
      if (slot >= 0) return slot;
    }
    const found = this.charactersOf(t, 0);
    let end = at;
    for (let i = 0; i < found; i++) {
      const ngram = lexicon.find(hashes[i]!);
      if (ngram !== 0) loose[end++] = ngram;
    }
    const slot = short ? lexicon.words.put(word, units, from, to, loose, at, end, lexicon.find(word)) : -1;
    return slot >= 0 ? slot : at - end - 1;
  }

  /** Those that come for the second time are `repeated`. */
  private count(ngrams: Int32Array, from: number, to: number): void {
    const { repeats, repeated, counted } = this;
    for (let i = from; i < to; i++) {
      const at = repeats.count(ngrams[i]!);
      if (repeats.times(at) !== 2) continue;
      counted[repeated.size] = at;
      repeated.ngrams[repeated.size++] = ngrams[i]!;
    }
  }

  /** Gives how many words and pairs there are, unknown ones among them. */
  private findWords(lexicon: Lexicon): number {
    const { wordHashes, hashes, repeats, words, counted, slots } = this;
    const { wholes } = lexicon.words;
    words.size = 0;
    repeats.begin(4 * this.tokens);
    let length = 0;
    for (let t = 0; t < this.tokens; t++) {
      const slot = slots[t]!;
      this.addWord(slot >= 0 ? wholes[slot]! : lexicon.find(wordHashes[t]!));
      const rows = this.rowsOf(t, 0);
      for (let i = 0; i < rows; i++) this.addWord(lexicon.find(hashes[i]!));
      length += 1 + rows;
    }
    for (let k = 0; k < words.size; k++) words.times[k] = repeats.times(counted[k]!);
    return length;
  }

  private addWord(ngram: number): void {
    if (ngram === 0) return;
    const { repeats, words, counted } = this;
    const at = repeats.count(ngram);
    if (repeats.times(at) > 1) return;
    counted[words.size] = at;
    words.ngrams[words.size++] = ngram;
  }

  /** Writes hashes of the n-grams of characters in a token from `n` on; gives where they end. */
  private charactersOf(token: number, n: number): number {
    const { units, hashes } = this;
    const { shortest, longest } = this.shape;
    const stop = this.starts[token + 1]!;
    let at = n;
    for (let i = this.starts[token]!; i <= stop; i++) {
      let h = 0x811c9dc5 | 0;
      const bound = Math.min(stop, i + longest - 1);
      for (let j = i; j <= bound; j++) {
        h = Math.imul(h ^ units[j]!, 0x01000193);
        if (j - i + 1 >= shortest) hashes[at++] = (h ^ (h >>> 15)) >>> 0;
      }
    }
    return at;
  }

  /** The same for words in a row that end at a token. */
  private rowsOf(token: number, n: number): number {
    const { wordHashes, hashes } = this;
    const { words, skips } = this.shape;
    const w = wordHashes[token]!;
    let at = n;
    if (words >= 2 && token > 0) hashes[at++] = pair(wordHashes[token - 1]!, w);
    if (words >= 3 && token > 1) hashes[at++] = pair(pair(wordHashes[token - 2]!, wordHashes[token - 1]!), w);
    if (skips && token > 1) hashes[at++] = pair(wordHashes[token - 2]! ^ 0x3c6ef372, w);
    return at;
  }
}

function pair(a: number, b: number): number {
  let h = Math.imul(a ^ (a >>> 13), 0x85ebca6b) + b;
  h = Math.imul(h ^ (h >>> 16), 0xc2b2ae35);
  return (h ^ (h >>> 13)) >>> 0;
}
