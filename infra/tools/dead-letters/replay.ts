import type { InteractionEvent } from '../../../schemas/types';
import type { AvroCodec } from '../../../services/lib/avro';
import { UndecodableValue } from '../../../services/lib/avro';
import { topics } from '../../../services/lib/topics';
import type { Ledger } from './ledger';
import { type Connection, type Letter, readLetters } from './letters';
import { type Fix, identityOf, isSelected, type PlanDeps, placeOf, planOf, type Resend, type Selection } from './plan';

export interface ReplayOptions extends Connection {
  raw: AvroCodec<InteractionEvent>;
  selection: Selection;
  fix?: Fix;
  isErased?: PlanDeps['isErased'];
  ledger: Ledger;
  dryRun: boolean;
  onProgress?(result: ReplayResult): void;
}

export interface ReplayResult {
  /** Sent, or with `dryRun` what would be. */
  sent: number;
  skipped: Record<string, number>;
  /** Some of those sent: their places and the fields that the fix has changed. */
  examples: { place: string; event_id: string | null; changed: string[] }[];
}

/**
 * Sends dead letters into the raw topic again.
 *
 * Guarantee: at least once and, by the ledger, not again in a later run; a kill between Kafka's acknowledgement and the
 * ledger repeats one batch, under the same event ids. It reads what was there when it began, so that letters which come
 * back are not sent in the same run; those carry how often they went round.
 */
export async function replayLetters(options: ReplayOptions): Promise<ReplayResult> {
  const { kafka, raw, selection, ledger, dryRun } = options;
  const result: ReplayResult = { sent: 0, skipped: {}, examples: [] };
  const deps: PlanDeps = {
    sent: ledger.sent,
    fix: options.fix,
    isErased: options.isErased,
    encode: (event) => raw.encode(event),
    decode: (value) => {
      try {
        return raw.decode(value);
      } catch (error) {
        if (error instanceof UndecodableValue) return undefined;
        throw error;
      }
    },
  };
  const producer = kafka.producer({ idempotent: true, maxInFlightRequests: 1, allowAutoTopicCreation: false });
  if (!dryRun) await producer.connect();
  try {
    for await (const letters of readLetters(options, () => undefined)) {
      const selected = letters.filter(({ letter }) => isSelected(letter, selection));
      await raw.prepare(selected.map(({ letter }) => letter.value));
      const batch: { it: Letter; resend: Resend }[] = [];
      for (const it of selected) {
        const plan = planned(it, selection, deps);
        if (typeof plan === 'string') result.skipped[plan] = (result.skipped[plan] ?? 0) + 1;
        else batch.push({ it, resend: plan });
      }
      if (batch.length === 0) continue;
      if (!dryRun) {
        const messages = batch.map(({ resend: { key, value, headers } }) => ({ key, value, headers }));
        await producer.send({ topic: topics.raw, messages, acks: -1 });
        ledger.add(batch.map(({ it }) => identityOf(it)));
      }
      result.sent += batch.length;
      for (const { it, resend } of batch.slice(0, 5 - result.examples.length)) {
        result.examples.push({ place: placeOf(it), event_id: it.letter.event_id, changed: resend.changed });
      }
      options.onProgress?.(result);
    }
  } finally {
    if (!dryRun) await producer.disconnect();
  }
  return result;
}

/** The plan; a fix that throws is told with the letter it threw at. */
function planned(it: Letter, selection: Selection, deps: PlanDeps): ReturnType<typeof planOf> {
  try {
    return planOf(it, selection, deps);
  } catch (error) {
    throw new Error(`letter ${placeOf(it)}: ${(error as Error).message}; what was sent before it stays sent`);
  }
}
