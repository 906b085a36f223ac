/** One label with the model's confidence in it; `label` null: none above the model's threshold, said rather than guessed. */
export interface Reading {
  label: string | null;
  /** 0..1. */
  confidence: number;
}

/** What a model reads in one text of a customer. */
export interface TextReading {
  /** ISO 639-1 (`en`, `pt`, `ar`), or `other`. */
  language: Reading;
  /** What it is about, a label of the intent pack in use. */
  intent: Reading;
  /** Independent probabilities of anger, disgust, fear, joy, sadness, surprise (and neutral, where the model knows it). */
  emotions: Record<string, number>;
  /** Those of `emotions` that reach their own threshold. */
  present: string[];
  /** The one emotion that stands for the text (null: none), and its valence from -1 (bad) to 1 (good), scaled by intensity. */
  emotion: { label: string | null; score: number };
  /** What the customer wants to happen. */
  desire: Reading;
  /** Name and version of the model that gave it, e.g. `cd-text-1/general`. */
  model: string;
}

/** Reads texts; never throws on any string. `language`, where the source states it, is believed over detection. */
export interface TextReader {
  read(text: string, language?: string | null): TextReading;
}
