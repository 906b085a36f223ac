import { describe, expect, test } from '@jest/globals';
import type { Chain } from '../../fixtures/chains/load';
import { loadChains } from '../../fixtures/chains/load';
import { lateByRule } from '../../simulator/core/delivery';
import type { SimEvent } from '../../simulator/core/event';
import type { Leg } from '../../simulator/truth/legs';
import { see } from '../../simulator/truth/rules';
import type { Sessionised } from '../../simulator/truth/sessionise';
import { sessionise } from '../../simulator/truth/sessionise';

const chains = loadChains();

function truthAbout(chain: Chain): Sessionised {
  return sessionise((chain.events as unknown as SimEvent[]).map(see));
}

function asExpected(leg: Leg): Record<string, unknown> {
  const handled = leg.events[leg.handled_index];
  return {
    leg_id: leg.leg_id,
    channel: leg.channel,
    queue: leg.queue,
    outcome: leg.outcome,
    failure_step: leg.failures[0]?.name ?? '',
    left_by: leg.left_by,
    wait_ms: leg.wait_ms ?? null,
    short_abandoned: leg.short_abandoned,
    transferred: leg.transferred,
    contact_id: leg.contact_id,
    ...leg.columns,
    first_reply_at: iso(leg.columns?.first_reply_at),
    handled_at: iso(handled?.at),
  };
}

const iso = (at: number | null | undefined): string | null => (at == null ? null : new Date(at).toISOString());

describe('the truth about hand-worked chains', () => {
  test('there are thirty-seven of them, each with a name and a reason', () => {
    expect(chains.map(({ file }) => Number(file.slice(0, 2)))).toEqual(Array.from({ length: 37 }, (_, i) => i + 1));
    for (const { file, name, why } of chains) {
      expect(file.slice(3)).toBe(name);
      expect(why.length).toBeGreaterThan(40);
    }
  });

  test.each(chains)('sessions of $file', (chain) => {
    const wanted = chain.expect.sessions.map((session) => ({
      ...session,
      started_at: Date.parse(session.started_at),
      ended_at: Date.parse(session.ended_at),
    }));
    const found = truthAbout(chain).sessions;
    expect(found.sort(byId)).toEqual(wanted.sort(byId));
  });

  test.each(chains.filter(({ expect: { legs } }) => legs))('legs of $file', (chain) => {
    const legs = truthAbout(chain).legs.map(asExpected);
    const wanted = (chain.expect.legs ?? []).map((leg) => {
      const times = (['handled_at', 'first_reply_at'] as const).filter((name) => leg[name]);
      return { ...leg, ...Object.fromEntries(times.map((name) => [name, iso(Date.parse(String(leg[name])))])) };
    });
    expect(legs.map(({ leg_id }) => leg_id).sort()).toEqual(wanted.map(({ leg_id }) => leg_id).sort());
    for (const leg of wanted) expect(legs.find(({ leg_id }) => leg_id === leg.leg_id)).toMatchObject(leg);
  });

  test('nothing in them is late, even in one partition', () => {
    for (const { events } of chains) expect([...lateByRule(events as unknown as SimEvent[], 1)]).toEqual([]);
  });

  test('no order of arrival changes anything', () => {
    for (const chain of chains) {
      const backwards = { ...chain, events: [...chain.events].reverse() };
      expect(truthAbout(backwards).sessions.sort(byId)).toEqual(truthAbout(chain).sessions.sort(byId));
    }
  });
});

function byId(a: { session_id: string }, b: { session_id: string }): number {
  return a.session_id < b.session_id ? -1 : 1;
}
