import { expect, test } from '@jest/globals';
import type { InteractionEvent } from '../../../../schemas/types';
import { type Item, readBody } from '../../../../services/ingest/body';
import { canonicalJson } from '../../../../services/ingest/domain/canonical-json';
import { type Intake, intake } from '../../../../services/ingest/intake';
import type { SentAs, Source } from '../../../../services/ingest/sources/source';
import { runPipeline } from '../../pipeline/pure-pipeline';
import { fixture, type Json, receivedAt } from '../fixtures';

export const json: SentAs = { mediaType: 'application/json', headers: {} };

/** What a vendor sends and what becomes of it. `deliveries` come one after the other, as a growing record does. */
export interface SourceCase {
  name: string;
  deliveries: unknown[];
  /** Every event, once, in order of time; only the fields that are there are compared. Times are ISO 8601. */
  events: Json[];
  /** What sessionize makes of them, where it matters. */
  sessions?: Json[];
  legs?: Json[];
}

export interface SourceFixture {
  cases: SourceCase[];
  skipped?: { name: string; sent: unknown; reason: string }[];
  refused?: { name: string; sent: unknown; errors: { field: string; reason: string }[] }[];
}

export type Taken = Intake & { events: InteractionEvent[] };

/** Items through adapter and validation, as ingest does it. */
export function takeItems(items: Item[], source: Source, sentAs = json): Taken {
  const events: InteractionEvent[] = [];
  const encode = (event: InteractionEvent): Buffer => {
    events.push(event);
    return Buffer.alloc(1);
  };
  const taken = intake(items, source, sentAs, { receivedAt, encode, maxEventBytes: 10 });
  // Events of an item that was refused for another of its events are stored no more than that one.
  const stored = new Set(taken.eventIds);
  return { ...taken, events: events.filter(({ event_id }) => stored.has(event_id)) };
}

export const take = (sent: unknown, source: Source): Taken => takeItems([{ value: sent }], source);

/** A body of bytes, read by its source. */
export async function takeBytes(body: Buffer | string, source: Source, mediaType: string): Promise<Taken> {
  const sentAs = { mediaType, headers: {} };
  const read = await readBody(Buffer.from(body as string), source, sentAs, 5_000);
  if ('refused' in read) throw new Error(`${read.refused.reason}: ${read.refused.message}`);
  return takeItems(read.items, source, sentAs);
}

/** What enrich compares of a repeat: everything but the times of handling. */
const content = ({ received_at: _r, observed_at: _o, ...event }: InteractionEvent): string => canonicalJson(event);

/** Each event once. A repeat that says something else would go to the dead letters: that fails here. */
export function distinct(takes: readonly Taken[]): InteractionEvent[] {
  const byId = new Map<string, InteractionEvent>();
  for (const { events, rejected } of takes) {
    expect(rejected).toEqual([]);
    for (const event of events) {
      const before = byId.get(event.event_id);
      if (before) expect(content(event)).toEqual(content(before));
      else byId.set(event.event_id, event);
    }
  }
  return [...byId.values()].sort(
    (a, b) => a.occurred_at - b.occurred_at || (a.source.sequence ?? 0) - (b.source.sequence ?? 0),
  );
}

const withIsoTime = (event: InteractionEvent) => ({ ...event, occurred_at: new Date(event.occurred_at).toISOString() });

/** The event as a sender would post it, with its id. */
const asSent = ({ received_at: _r, ...event }: InteractionEvent): unknown => event;

const only = (row: object, like: object): object =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name in like));

/** Events, and the sessions and legs that an analyst expects of them. */
export function expectCase(
  takes: readonly Taken[],
  { events, sessions, legs }: Omit<SourceCase, 'name' | 'deliveries'>,
) {
  const found = distinct(takes);
  expect(found.map(withIsoTime)).toMatchObject(events);
  if (!sessions && !legs) return;
  const result = runPipeline(found.map(asSent), 1, 1_000);
  if (sessions) {
    const ordered = result.sessions.sort((a, b) => a.started_at - b.started_at);
    expect(ordered.map((row, index) => only(row, sessions[index] ?? {}))).toEqual(sessions);
  }
  if (legs) {
    const ordered = result.legs.sort((a, b) => a.arrived_at - b.arrived_at || (a.leg_id < b.leg_id ? -1 : 1));
    expect(ordered.map((row, index) => only(row, legs[index] ?? {}))).toEqual(legs);
  }
}

/** The tests that every source of JSON has: its fixture, row by row. */
export function testSource(source: Source, fixtureName: string): SourceFixture {
  const given = fixture<SourceFixture>(`sources/${fixtureName}`);
  test.each(given.cases)('$name', ({ deliveries, ...wanted }) => {
    expectCase(
      deliveries.map((sent) => take(sent, source)),
      wanted,
    );
    // Whatever the order of arrival, and however often.
    const backwards = [...deliveries, ...deliveries].reverse().map((sent) => take(sent, source));
    expectCase(backwards, { events: wanted.events });
  });
  const { skipped = [], refused = [] } = given;
  if (skipped.length > 0)
    test.each(skipped)('no event: $name', ({ sent, reason }) => {
      expect(take(sent, source)).toMatchObject({ events: [], rejected: [], skipped: [{ index: 0, reason }] });
    });
  if (refused.length > 0)
    test.each(refused)('refused: $name', ({ sent, errors }) => {
      const { events, rejected } = take(sent, source);
      expect(events).toEqual([]);
      expect(rejected.flatMap((it) => it.errors).map(({ field, reason }) => ({ field, reason }))).toEqual(errors);
    });
  return given;
}
