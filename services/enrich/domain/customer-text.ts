import type { EnrichedEvent, InteractionEvent } from '../../../schemas/types';
import { isStaffEvent } from './session-membership';
import type { TextReading } from './text-reading';

/** Not a customer's channels: back office, and what only staff and shops write. */
const ownChannels = new Set(['TASK', 'UNKNOWN']);

/**
 * Whether the text of an event is the customer's own words. Who acts decides; where the source does not say, what came in (or went
 * neither way) on a customers' channel. Nobody else's text is ever read: no emotion of a worker, none of a bot's phrases.
 */
export function isCustomersText(event: InteractionEvent): boolean {
  if (!event.text || isStaffEvent(event.event_type)) return false;
  const actor = event.actor?.type ?? 'UNKNOWN';
  if (actor !== 'UNKNOWN') return actor === 'CUSTOMER';
  return (
    !ownChannels.has(event.channel) &&
    event.direction !== 'OUTBOUND' &&
    event.direction !== 'INTERNAL' &&
    event.stage !== 'MARKETING'
  );
}

/** Language of a text as its source states it, among the attributes: `pt-BR` is `pt`. Null where it states none. */
export function statedLanguage(attributes: InteractionEvent['attributes']): string | null {
  const stated = attributes.language ?? attributes.locale;
  return stated === undefined
    ? null
    : (/^([a-z]{2,3})(?:[-_][a-z0-9]{2,8})*$/i.exec(stated.trim())?.[1].toLowerCase() ?? null);
}

/** What is read in a text; a model of a kind stays beside what it gave. */
type Read = Pick<
  EnrichedEvent,
  | 'language'
  | 'intent'
  | 'intent_confidence'
  | 'intent_model'
  | 'desire'
  | 'desire_confidence'
  | 'desire_model'
  | 'emotion_score'
  | 'emotion_label'
  | 'emotion_model'
>;

/**
 * Fills in what the source left open. What it states stays, as a whole: its intent with its confidence and model, its emotion with score
 * and label, so that no row mixes two judges. Where the model says "unknown", nothing is filled in.
 */
export function withReading<E extends Read>(event: E, reading: TextReading): E {
  const { language, intent, desire, emotion, model } = reading;
  const read: E = { ...event };
  read.language ??= language.label;
  if (read.intent === null && intent.label !== null) {
    Object.assign(read, { intent: intent.label, intent_confidence: intent.confidence, intent_model: model });
  }
  // "none" is a wish that nobody has: the column is empty then as well.
  if (read.desire === null && desire.label !== null && desire.label !== 'none') {
    Object.assign(read, { desire: desire.label, desire_confidence: desire.confidence, desire_model: model });
  }
  // Without a label it was judged too, where the model gives chances: a calm text lies near 0, and is not unknown.
  const isJudged = emotion.label !== null || Object.values(reading.emotions).some((chance) => chance > 0);
  if (read.emotion_score === null && read.emotion_label === null && isJudged) {
    Object.assign(read, { emotion_score: emotion.score, emotion_label: emotion.label, emotion_model: model });
  }
  return read;
}
