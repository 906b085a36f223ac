import type { DeadLetter, InteractionEvent } from '../../../schemas/types';
import { topics } from '../../../services/lib/topics';
import type { Letter } from './letters';

/** Record headers that tell a letter that was sent again from a first one: they come back with it. */
export const replayHeaders = { times: 'dead_letter_replays', from: 'dead_letter_replayed_from' } as const;

/** No letter goes round more often than this, whatever is asked for. */
export const maxReplays = 5;

/** How often the record had been sent again before it was refused. */
export function replaysOf({ headers }: DeadLetter): number {
  const times = headers[replayHeaders.times];
  const number = times === undefined ? 0 : Number(times.toString('utf8'));
  return Number.isSafeInteger(number) && number > 0 ? number : 0;
}

/** Names a letter for ever, also where a topic was made anew and counts from 0 again. */
export const identityOf = ({ partition, offset, letter }: Letter): string =>
  `${partition}-${offset}-${letter.origin_partition}-${letter.origin_offset}-${letter.origin_at}`;

export const placeOf = ({ partition, offset }: Letter): string => `${partition}-${offset}`;

/** What a fix gets, and what it gives back: the event or the whole value changed, or undefined to leave it. */
export interface Fixable {
  /** The event as stored; undefined where it cannot be decoded. */
  event?: InteractionEvent;
  value: Buffer;
  key: string;
  reason: string;
  error: string;
  field: string | null;
  source_system: string | null;
}
export type Fix = (it: Fixable) => { event: InteractionEvent } | { value: Buffer; key?: string } | undefined;

export interface Selection {
  reason: string;
  source?: string;
  /** Those too that were sent again before and came back. */
  again: boolean;
}

/** Why a letter that was asked for is not sent. */
export type Skip =
  | 'sent_before'
  | 'came_back'
  | 'round_too_often'
  | 'not_from_raw'
  | 'empty'
  | 'left_by_fix'
  | 'erased';

export interface PlanDeps {
  sent: ReadonlySet<string>;
  decode(value: Buffer): InteractionEvent | undefined;
  encode(event: InteractionEvent): Buffer;
  fix?: Fix;
  /** Whether the person has been forgotten since; enrich asks the same of whatever comes through the raw topic. */
  isErased?(event: InteractionEvent): boolean;
}

export interface Resend {
  key: string;
  value: Buffer;
  headers: Record<string, string>;
  /** Fields of the event that the fix has changed. */
  changed: string[];
}

/** Whether the letter is among those asked for. */
export const isSelected = ({ reason, source_system }: DeadLetter, selection: Selection): boolean =>
  reason === selection.reason && (selection.source === undefined || (source_system ?? '') === selection.source);

/**
 * What is to be done with a letter that was asked for. Pure but for the fix, which may throw. Only records of the raw topic
 * can be sent again: those of later topics were made by our own services from a raw record that is still counted.
 */
export function planOf(it: Letter, selection: Selection, deps: PlanDeps): Resend | Skip {
  const { letter } = it;
  const replays = replaysOf(letter);
  if (deps.sent.has(identityOf(it))) return 'sent_before';
  if (replays >= maxReplays) return 'round_too_often';
  if (replays > 0 && !selection.again) return 'came_back';
  if (letter.origin_topic !== topics.raw) return 'not_from_raw';
  if (letter.value === null || letter.value.length === 0) return 'empty';
  const event = deps.decode(letter.value);
  let key = letter.key?.toString('utf8') ?? event?.event_id ?? '';
  let { value } = letter;
  let after = event;
  if (deps.fix) {
    const { reason, error, field, source_system } = letter;
    // A copy: what the fix changes in place must not hide what it has changed.
    const given = event && structuredClone(event);
    const fixed = deps.fix({ event: given, value, key, reason, error, field, source_system });
    if (!fixed) return 'left_by_fix';
    if ('event' in fixed) {
      after = fixed.event;
      value = deps.encode(fixed.event);
      key = fixed.event.event_id;
    } else {
      value = fixed.value;
      key = fixed.key ?? key;
      after = deps.decode(value);
    }
  }
  if (after && deps.isErased?.(after)) return 'erased';
  const headers = { [replayHeaders.times]: String(replays + 1), [replayHeaders.from]: placeOf(it) };
  return { key, value, headers, changed: changedFields(event, after) };
}

function changedFields(before: InteractionEvent | undefined, after: InteractionEvent | undefined): string[] {
  if (!before || !after) return before === after ? [] : ['(all)'];
  const names = [...new Set([...Object.keys(before), ...Object.keys(after)])] as (keyof InteractionEvent)[];
  return names.filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]));
}
