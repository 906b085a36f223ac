import { describe, expect, it } from '@jest/globals';
import type { SessionEvent, SessionRow } from '../../../schemas/types';
import { isPlain, keptEvent } from '../../../services/sessionize/domain/plain-event';
import { overwritten } from '../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { Session } from '../../../services/sessionize/domain/session';
import { sessionEvent } from './events';

const page = sessionEvent({
  event_type: 'web.page_viewed',
  channel: 'WEB',
  direction: 'INBOUND',
  actor_type: 'CUSTOMER',
});
const small = new Set(
  'event_id event_type occurred_at source_system source_instance source_sequence channel direction stage actor_type outcome'.split(
    ' ',
  ),
);

/** Every field, by name, as whoever reads an event sees it. */
const seen = (event: SessionEvent): Record<string, unknown> =>
  Object.fromEntries((Object.keys(page) as (keyof SessionEvent)[]).map((name) => [name, event[name]]));

describe('a plain event', () => {
  it('says what it said, read field by field or as JSON', () => {
    const kept = keptEvent(page);
    expect(isPlain(kept)).toBe(true);
    expect(seen(kept)).toEqual(seen(page));
    expect(JSON.parse(JSON.stringify(kept))).toEqual(JSON.parse(JSON.stringify(page)));
  });

  it.each(Object.keys(page).filter((name) => !small.has(name)))('is none when it says something in %s', (name) => {
    const told = name === 'commerce_type' ? 'CART' : name.endsWith('_ms') || name.endsWith('_score') ? 0 : 'x';
    const event = { ...page, [name]: told };
    expect(keptEvent(event)).toBe(event);
  });
});

describe('the row that stands for a session', () => {
  it('takes over every field of the next', () => {
    const session = new Session(defaultRules);
    session.insert(page);
    const changes = { sessions: [], legs: [] };
    session.revise(1, changes);
    const row = session.row as SessionRow;
    const other = Object.fromEntries(
      Object.entries(row).map(([name, value]) => [name, Array.isArray(value) ? ['other'] : 'other']),
    ) as unknown as SessionRow;
    expect(overwritten({ ...row }, other)).toEqual(other);
  });

  it('is not what was emitted before, which stays as it was', () => {
    const session = new Session(defaultRules);
    session.insert(page);
    const first = { sessions: [] as SessionRow[], legs: [] };
    session.revise(1, first);
    const [emitted] = first.sessions;
    const copy = { ...emitted };
    session.insert({ ...page, event_id: 'next', occurred_at: page.occurred_at + 1 });
    const second = { sessions: [] as SessionRow[], legs: [] };
    session.revise(2, second);
    expect(second.sessions).toEqual([
      { ...copy, sign: -1 },
      {
        ...copy,
        ended_at: page.occurred_at + 1,
        event_count: 2,
        contact_count: 2,
        leg_count: 2,
        path_counts: [2],
        version: 2,
      },
    ]);
  });
});
