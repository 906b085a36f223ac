import type { InteractionEvent } from '../../schemas/types';
import type { OutgoingRecord } from '../lib/kafka/batching-producer';
import type { Item } from './body';
import { type Fault, fault } from './domain/fault';
import { validate } from './domain/validate';
import type { SentAs, Source } from './sources/source';

/** An item of the request that is refused, by its place in the body (from 0; of lines, blank ones not counted). */
export interface Rejected {
  index: number;
  errors: Fault[];
}

/** What a request's items became: records to store, in the order they were sent, and what is refused. */
export interface Intake {
  records: OutgoingRecord[];
  eventIds: string[];
  systems: string[];
  /** Of each event: from when it happened to when it was received, ms; below 0 by a clock that is ahead. */
  agesMs: number[];
  rejected: Rejected[];
  /** Items that rightly made no event, each with its countable reason. */
  skipped: { index: number; reason: string }[];
}

export interface IntakeContext {
  /** Epoch milliseconds. */
  receivedAt: number;
  /** Of the request; goes into the ids of events that bring none. */
  idempotencyKey?: string;
  encode(event: InteractionEvent): Buffer;
  /** A record beyond this would be refused by Kafka and could never be stored. */
  maxEventBytes: number;
}

/** Items with every fault listed; of later ones the first fault alone, so that an answer stays smaller than its request. */
const fullyListed = 100;

/** Parsed items → encoded records and refusals. No I/O; the same items make the same keys. */
export function intake(items: readonly Item[], source: Source, sentAs: SentAs, context: IntakeContext): Intake {
  const result: Intake = { records: [], eventIds: [], systems: [], agesMs: [], rejected: [], skipped: [] };
  for (const [index, item] of items.entries()) {
    const taken = takeItem(item, source, sentAs, saltedWith(context, index));
    if ('errors' in taken) {
      const errors = result.rejected.length < fullyListed ? taken.errors : taken.errors.slice(0, 1);
      result.rejected.push({ index, errors });
      continue;
    }
    if (taken.skipped !== undefined) result.skipped.push({ index, reason: taken.skipped });
    for (const { event, value } of taken.encoded) {
      result.records.push({ key: event.event_id, value });
      result.eventIds.push(event.event_id);
      result.systems.push(event.source.system);
      result.agesMs.push(event.received_at - event.occurred_at);
    }
  }
  return result;
}

/** Each place in a request its own key: two equal items of it are two events. */
const saltedWith = (context: IntakeContext, index: number): IntakeContext =>
  context.idempotencyKey === undefined
    ? context
    : { ...context, idempotencyKey: `${context.idempotencyKey}\0${index}` };

type Taken = { encoded: { event: InteractionEvent; value: Buffer }[]; skipped?: string } | { errors: Fault[] };

/** All events of one item or none: half a call record would be a wrong chain. */
function takeItem(item: Item, source: Source, sentAs: SentAs, context: IntakeContext): Taken {
  if ('faults' in item) return { errors: item.faults };
  const adapted = source.adapt(item.value, { ...sentAs, receivedAt: context.receivedAt });
  if ('faults' in adapted) return { errors: adapted.faults };
  const encoded: { event: InteractionEvent; value: Buffer }[] = [];
  for (const sent of adapted.events) {
    const validated = validate(sent, context.receivedAt, context.idempotencyKey);
    if (!validated.ok) return { errors: validated.faults.map((it) => asSent(it, source)) };
    const value = context.encode(validated.event);
    if (value.length > context.maxEventBytes) {
      const limit = `takes ${value.length} bytes encoded, more than ${context.maxEventBytes}`;
      return { errors: [fault('event', 'event_too_large', limit)] };
    }
    encoded.push({ event: validated.event, value });
  }
  return { encoded, skipped: encoded.length === 0 ? (adapted.skipped ?? 'no_facts') : undefined };
}

/** The same fault with the field as the sender calls it. */
function asSent(it: Fault, source: Source): Fault {
  const field = source.sentName(it.field);
  return { field, reason: it.reason, message: `${field}${it.message.slice(it.field.length)}` };
}
