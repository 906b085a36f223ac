/**
 * What the routines that read a text are told: pieces of the kernel's memory, their fields by the offset in bytes. Addresses, numbers
 * and sizes are i32; f64 where it says so. `blocks` are 16 columns each.
 */

/** Of a model. */
export const modelAt = {
  /** Where in an n-gram's block it says where the model's row begins. */
  header: 0,
  /** Where in a slot of the words its own begins. */
  kept: 4,
  /** Blocks of the hidden units, and of the direct columns behind them. */
  hidden: 8,
  direct: 12,
  /** Sums of the first layer, f64 a column: of words, then of all; i32 a column: of single rows, of one word. */
  words: 16,
  sums: 20,
  rest: 24,
  spare: 28,
  /** The second layer: hidden units, f32 biases of them; blocks of labels, f32 biases, weights [unit][label], and scores. */
  units: 32,
  bias: 36,
  labels: 40,
  labelBias: 44,
  second: 48,
  scores: 52,
  /** f64: what one of a multiplier is worth, of hidden units and of direct columns; and what words count. */
  hiddenUnit: 56,
  directUnit: 64,
  wordWeight: 72,
  bytes: 80,
} as const;

/** Of a text. */
export const textAt = {
  tokens: 0,
  /** Per token its slot, or -1 - k where it is the k-th that has none; that one's n-grams begin at number `starts[k]` of `loose`. */
  slots: 4,
  loose: 8,
  starts: 12,
  /** Records of n-grams that are repeated, and of words and their pairs. */
  repeated: 16,
  repeatedSize: 20,
  words: 24,
  wordsSize: 28,
  bytes: 32,
} as const;

/** A record of what `count` finds: the n-gram, how often, and (f64) what that counts. */
export const knownAt = { ngram: 0, times: 4, counts: 8, bytes: 16 } as const;

/** A slot: which version (another word, another version), how many n-grams, and these; behind them what models keep. */
export const slotAt = { version: 0, size: 4, ngrams: 16, kept: 16 + 4 * 64 } as const;

/** What a model keeps of a word: f64 squares of its n-grams; how many of them it knows, of which version; then i32 a column, sums. */
export const keptAt = { squares: 0, known: 8, version: 12, sums: 16 } as const;

/** Shared by all models and texts of a reader. */
export const deskAt = {
  /** The slots of words, and how many bytes each has. */
  slab: 0,
  pitch: 4,
  /** Lists: rows; i16 multipliers of hidden units and of direct columns; f64 values and products; rows of sums; one such; f32 lit units. */
  rows: 8,
  hidden: 12,
  direct: 16,
  values: 20,
  products: 24,
  list: 28,
  one: 32,
  lit: 36,
  /** f64, between routines: squares of the n-grams summed last; what a character n-gram counts. */
  square: 40,
  byCharacter: 48,
  /** Which hashes may be known (2^20 bits), and the index (see layout.ts). */
  bits: 56,
  index: 60,
  mask: 64,
  shift: 68,
  /** A list of places in the index; an entry of it that is empty (8 bytes); written, never read. */
  places: 72,
  empty: 80,
  touched: 88,
  /** Pairs of n-gram and number + `none`: bytes - 1, how far to shift, the most of those not counted yet (see repeats.ts). */
  table: 92,
  tableMask: 96,
  tableShift: 100,
  none: 104,
  bytes: 112,
} as const;

/** Rows summed in 32 bits at a time: 512 * 2^15 * 2^7 is the most. */
export const atOnce = 512;
/** Multipliers are whole numbers of 15 bits. */
export const largest = 32_767;
/** Of multipliers, so that sums of products with weights (7 bits) stay within 31 bits. */
export const largestSum = 16_800_000;
/** Spreads n-grams over a table. */
export const spread = 0x9e3779b1 | 0;
