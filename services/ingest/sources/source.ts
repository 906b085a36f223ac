import type { Items } from '../body';
import type { Fault } from '../domain/fault';

/**
 * How a body holds its items: one JSON value, a JSON array of them, either, one JSON text a line, or the parameters of a
 * form (`application/x-www-form-urlencoded`), which are one item: an object of texts, a list where a name repeats. `own`:
 * a syntax that the source reads itself (`Source.read`), such as mail or a table.
 */
export type Form = 'one' | 'array' | 'oneOrArray' | 'lines' | 'parameters' | 'own';

/** What an adapter may know of the request besides the body. The media type is lower-case, without parameters. */
export interface SentAs {
  mediaType: string;
  headers: Readonly<Record<string, string | string[] | undefined>>;
  /**
   * When it arrived, in epoch milliseconds. Only for what a vendor sends without any time (Twilio's messages): a second
   * delivery then has another time, though the same id.
   */
  receivedAt?: number;
}

/**
 * What an adapter makes of one item: events in our own JSON form, or why it cannot. An item may rightly make none (a
 * heart-beat); then `skipped` says why, as a countable reason.
 */
export type Adapted = { events: unknown[]; skipped?: string } | { faults: Fault[] };

/**
 * The adapter of one source: a pure mapping from what that source sends to our events. An item may become several
 * events; they are accepted or refused together. The same item must make the same events, whenever it is delivered.
 */
export interface Source {
  /** One sentence for the API document. */
  readonly description: string;
  /** Media types that it takes. */
  readonly mediaTypes: readonly string[];
  /**
   * Of these, what a browser sends to another origin without asking first whether it may: taken only from the origins of
   * `INGEST_CORS_ORIGINS`, so that no page of somebody else can send through its visitors.
   */
  readonly unaskedTypes?: readonly string[];
  /** How such a body holds items; undefined when it is not taken. */
  form(sentAs: SentAs): Form | undefined;
  adapt(item: unknown, sentAs: SentAs): Adapted;
  /**
   * Items of a body of form `own`; at most `maxItems`. Never rejects. Only bytes that need a parser of their own may take
   * it through a promise: `adapt` stays synchronous everywhere.
   */
  read?(body: Buffer, maxItems: number): Items | Promise<Items>;
  /** Name of one of our fields in the sender's own form, for messages. */
  sentName(field: string): string;
}
