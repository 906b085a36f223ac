import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { Ledger } from '../../../../infra/tools/dead-letters/ledger';
import type { Letter } from '../../../../infra/tools/dead-letters/letters';
import { type Fix, identityOf, isSelected, type PlanDeps, planOf } from '../../../../infra/tools/dead-letters/plan';
import { rendered, Summary } from '../../../../infra/tools/dead-letters/summary';
import type { DeadLetter, InteractionEvent } from '../../../../schemas/types';
import { validate } from '../../../../services/ingest/domain/validate';
import { avroType } from '../../../../services/lib/avro';
import { goodEvent, receivedAt } from '../../ingest/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'dead-letters-'));
afterAll(() => rmSync(folder, { recursive: true }));

const avro = avroType('interaction-event.v1');
const validated = validate({ ...goodEvent, event_id: 'e1', source: { system: 'pbx' } }, receivedAt);
if (!validated.ok) throw new Error('the good event is refused');
const { event } = validated;

const letterOf = (change: Partial<DeadLetter> = {}, offset = 7): Letter => ({
  partition: 1,
  offset,
  letter: {
    reason: 'event_in_future',
    step: 'enrich',
    error: 'occurred_at is more than 24 h after received_at',
    field: 'occurred_at',
    event_id: 'e1',
    source_system: 'pbx',
    origin_topic: 'interactions.raw',
    origin_partition: 3,
    origin_offset: 11,
    origin_at: receivedAt,
    key: Buffer.from('e1'),
    value: avro.toBuffer(event),
    headers: {},
    ...change,
  },
});
const deps = (change: Partial<PlanDeps> = {}): PlanDeps => ({
  sent: new Set(),
  encode: (it) => avro.toBuffer(it),
  decode: (value) => {
    try {
      return avro.fromBuffer(value) as InteractionEvent;
    } catch {
      return undefined;
    }
  },
  ...change,
});
const selection = { reason: 'event_in_future', again: false };
const cameBack = (times: number) => letterOf({ headers: { dead_letter_replays: Buffer.from(String(times)) } });

describe('what becomes of a letter', () => {
  test('it is sent as it was, marked', () => {
    expect(planOf(letterOf(), selection, deps())).toEqual({
      key: 'e1',
      value: avro.toBuffer(event),
      headers: { dead_letter_replays: '1', dead_letter_replayed_from: '1-7' },
      changed: [],
    });
  });

  test('a fix changes the event, the bytes, or leaves it; what it changed is told', () => {
    const plan = (fix: Fix, it = letterOf()) => planOf(it, selection, deps({ fix }));
    const earlier: Fix = ({ event: given }) => {
      if (!given) return undefined;
      given.occurred_at -= 1_000;
      given.event_id = 'e1-mended';
      return { event: given };
    };
    expect(plan(earlier)).toMatchObject({
      key: 'e1-mended',
      value: avro.toBuffer({ ...event, event_id: 'e1-mended', occurred_at: event.occurred_at - 1_000 }),
      changed: ['event_id', 'occurred_at'],
    });
    expect(plan(() => undefined)).toBe('left_by_fix');
    const broken = letterOf({ value: Buffer.from([1]), key: null });
    expect(plan(() => ({ value: avro.toBuffer(event), key: 'k' }), broken)).toMatchObject({
      key: 'k',
      changed: ['(all)'],
    });
  });

  test.each<[string, Letter, Partial<PlanDeps>]>([
    ['sent_before', letterOf(), { sent: new Set([identityOf(letterOf())]) }],
    ['came_back', cameBack(1), {}],
    ['not_from_raw', letterOf({ origin_topic: 'interactions.enriched' }), {}],
    ['empty', letterOf({ value: null }), {}],
    ['erased', letterOf(), { isErased: (it: InteractionEvent) => it.event_id === 'e1' }],
  ])('not sent: %s', (reason, it, change) => {
    expect(planOf(it, selection, deps(change))).toBe(reason);
  });

  test('one that came back goes again when asked for, and never for ever', () => {
    const again = { ...selection, again: true };
    expect(planOf(cameBack(1), again, deps())).toMatchObject({ headers: { dead_letter_replays: '2' } });
    expect(planOf(cameBack(5), again, deps())).toBe('round_too_often');
  });

  test('selected by reason, and by source where one is named', () => {
    const { letter } = letterOf();
    expect(isSelected(letter, selection)).toBe(true);
    expect(isSelected(letter, { ...selection, reason: 'undecodable' })).toBe(false);
    expect([
      isSelected(letter, { ...selection, source: 'pbx' }),
      isSelected(letter, { ...selection, source: 'x' }),
    ]).toEqual([true, false]);
  });
});

test('the ledger keeps what was sent; a line that a kill cut off names nothing', () => {
  const ledger = Ledger.open(folder);
  ledger.add(['a', 'b']);
  ledger.add([]);
  appendFileSync(join(folder, 'sent.txt'), '1-2-3');
  expect([...Ledger.open(folder).sent]).toEqual(['a', 'b']);
  expect([...ledger.sent]).toEqual(['a', 'b']);
});

test('the list: counts by reason, source, step and topic, the largest first, some examples, those that came back', () => {
  const summary = new Summary(1);
  for (const it of [
    letterOf({ reason: 'undecodable', source_system: null }),
    letterOf(),
    cameBack(2),
    letterOf({}, 9),
  ]) {
    summary.add(it);
  }
  expect(summary.list.map(({ reason, count, cameBack: back }) => [reason, count, back])).toEqual([
    ['event_in_future', 3, 1],
    ['undecodable', 1, 0],
  ]);
  expect(rendered(summary.list)).toBe(
    '3 × event_in_future  source pbx  by enrich  from interactions.raw  (1 came back after they were sent again)\n' +
      '    2026-03-01T12:00:00.000Z to 2026-03-01T12:00:00.000Z\n' +
      '    1-7  e1  occurred_at is more than 24 h after received_at\n\n' +
      '1 × undecodable  source (unknown)  by enrich  from interactions.raw\n' +
      '    2026-03-01T12:00:00.000Z to 2026-03-01T12:00:00.000Z\n' +
      '    1-7  e1  occurred_at is more than 24 h after received_at\n',
  );
  expect(rendered([])).toBe('There are no dead letters.');
});
