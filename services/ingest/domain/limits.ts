const dayMs = 86_400_000;

/**
 * Every bound on what a sender may give, named. Characters are UTF-16 code units, as JavaScript, Java and .NET count
 * them. They keep one event far below Kafka's record limit, so that nothing accepted can fail to be stored.
 */
export const limits = {
  /** Ids of events, legs, contacts, cases and the like. */
  idChars: 200,
  /** Names, labels, codes, models. */
  nameChars: 200,
  eventTypeChars: 100,
  identityValueChars: 500,
  identities: 20,
  intents: 50,
  productIds: 200,
  textChars: 100_000,
  /** URLs and titles of pages. */
  pageChars: 4_096,
  attributes: 64,
  attributeNameChars: 100,
  attributesBytes: 16_384,
  /** Amounts and sequence numbers, 2^52: avsc doubles a long in a double, and beyond this negative ones lose their sign. */
  wholeNumber: 4_503_599_627_370_496,
  /** Ten years. */
  durationMs: 10 * 365.25 * dayMs,
  /** Earlier than this is a unit mistake or an empty date, not a dealing with a customer. */
  earliestMs: Date.UTC(1990, 0, 1),
  /** How far a source's clock may be ahead of ours. */
  aheadMs: dayMs,
  /** Our deepest event has four levels; a foreign body nested deeper is an attack or a mistake. */
  jsonDepth: 32,
  /** Faults listed of one event. */
  faultsPerEvent: 10,
  /** Characters of a sender's own field name that an answer repeats. */
  fieldNameChars: 120,
} as const;
