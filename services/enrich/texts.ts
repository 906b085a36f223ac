import type { EnrichedEvent, InteractionEvent } from '../../schemas/types';
import { isCustomersText, statedLanguage, withReading } from './domain/customer-text';
import { namesOf } from './domain/redaction/names';
import { type RedactionKind, redact } from './domain/redaction/redact';
import type { Reading, TextReader, TextReading } from './domain/text-reading';
import type { EnrichMetrics } from './metrics';

/** A text to be read, with the language its source states, and the customer's names for whoever has to redact it. */
export interface TextRequest {
  text: string;
  language: string | null;
  names: () => readonly string[];
}

/** Reads many texts, in order. Never rejects, but for what `alive` throws; `alive` is called about once a second in long waits. */
export interface TextReadings {
  /** How many events may wait for their texts at a time. */
  readonly atOnce: number;
  read(requests: readonly TextRequest[], alive: () => Promise<void>): Promise<TextReading[]>;
}

/** Events that live shortly: what a whole batch becomes, held until its end, is copied over and over by the garbage collector. */
const few = 256;

/** The model in this process: it sees the original, of which only labels leave. */
export class EmbeddedReadings implements TextReadings {
  readonly atOnce = few;

  constructor(
    private readonly reader: TextReader,
    private readonly metrics: Pick<EnrichMetrics, 'texts'>,
  ) {}

  async read(requests: readonly TextRequest[]): Promise<TextReading[]> {
    const readings = requests.map((request) => this.readOne(request));
    const failed = readings.filter((reading) => reading === nothing).length;
    this.metrics.texts.inc({ result: 'embedded' }, readings.length - failed);
    if (failed > 0) this.metrics.texts.inc({ result: 'nobody' }, failed);
    return readings;
  }

  /** Not counted as read. */
  languageOf(request: TextRequest): Reading {
    return this.readOne(request).language;
  }

  private readOne({ text, language }: TextRequest): TextReading {
    try {
      return this.reader.read(text, language);
    } catch {
      // It promises not to throw: if it does, one text must not stop its partition for ever.
      return nothing;
    }
  }
}

const unknown: Reading = { label: null, confidence: 0 };
const nothing: TextReading = {
  ...{ language: unknown, intent: unknown, desire: unknown, emotion: { label: null, score: 0 } },
  ...{ emotions: {}, present: [], model: '' },
};

/** Whose redacted text goes on to the tables: nobody's, what customers say, or everybody's. */
export type StoredTexts = 'off' | 'customers' | 'all';

export interface TextRules {
  stored: StoredTexts;
  kinds: ReadonlySet<RedactionKind>;
}

/** An event as it came and as it goes on. */
export interface PendingEvent {
  raw: InteractionEvent;
  value: EnrichedEvent;
}

/** What is done with the words of events: read, and redacted. Changes `value` of those that have any. */
export class Texts {
  constructor(
    private readonly rules: TextRules,
    private readonly readings: TextReadings | undefined,
    private readonly metrics: Pick<EnrichMetrics, 'redactions'>,
  ) {}

  /** After so many events at the latest, `apply` is to be called. */
  get atOnce(): number {
    return this.readings?.atOnce ?? few;
  }

  async apply(events: readonly PendingEvent[], alive: () => Promise<void>): Promise<void> {
    const read: PendingEvent[] = [];
    for (const event of events) {
      const isCustomers = isCustomersText(event.raw);
      this.keep(event, isCustomers);
      if (isCustomers) read.push(event);
    }
    if (!this.readings || read.length === 0) return;
    const requests = read.map(({ raw }) => ({
      text: raw.text as string,
      language: statedLanguage(raw.attributes),
      names: () => namesOf(raw),
    }));
    const readings = await this.readings.read(requests, alive);
    for (const [index, event] of read.entries()) event.value = withReading(event.value, readings[index]);
  }

  /** The redacted text, where it is to be stored, and attributes that hold free words. */
  private keep(event: PendingEvent, isCustomers: boolean): void {
    const { raw, value } = event;
    const { stored } = this.rules;
    if (raw.text && (stored === 'all' || (stored === 'customers' && isCustomers))) {
      value.text = this.redacted(raw.text, raw);
    }
    for (const name of freeTextAttributes) {
      const words = value.attributes[name];
      if (words === undefined) continue;
      const redacted = this.redacted(words, raw);
      if (redacted !== words) value.attributes = { ...value.attributes, [name]: redacted };
    }
  }

  private redacted(text: string, raw: InteractionEvent): string {
    const { kinds } = this.rules;
    const { text: redacted, counts } = redact(text, kinds, kinds.has('name') ? namesOf(raw) : []);
    for (const [kind, count] of Object.entries(counts)) this.metrics.redactions.inc({ kind }, count);
    return redacted;
  }
}

/** Attributes in which sources put what people typed. All others are codes, ids and numbers, which joins are made by. */
const freeTextAttributes = [
  'subject',
  'comment',
  'comments',
  'note',
  'search',
  'search_term',
  'query',
  'summary',
  'description',
];
