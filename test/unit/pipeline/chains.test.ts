import { describe, expect, test } from '@jest/globals';
import type { LegRow } from '../../../schemas/types';
import { loadChains } from '../../fixtures/chains/load';
import { runPipeline } from './pure-pipeline';

const chains = loadChains();
const ms = (iso: string): number => Date.parse(iso);
const byId = (a: { session_id: string }, b: { session_id: string }): number => (a.session_id < b.session_id ? -1 : 1);

/** Wide rows down to what the chain names: whatever else a row has is not this chain's business. */
const only = <Row extends object>(row: Row, like: object): Partial<Row> =>
  Object.fromEntries(Object.entries(row).filter(([name]) => name in like)) as Partial<Row>;

describe('the services’ rules give the hand-worked answers', () => {
  test.each(chains)('sessions of $file', ({ events, expect: { sessions } }) => {
    const wanted = sessions.map((one) => ({ ...one, started_at: ms(one.started_at), ended_at: ms(one.ended_at) }));
    for (const batch of [1, 1_000]) {
      const result = runPipeline(events, 1, batch);
      expect(result.late).toBe(0);
      expect(result.sessions.map((row) => only(row, wanted[0])).sort(byId as never)).toEqual(wanted.sort(byId));
    }
  });

  test.each(chains.filter(({ expect: { legs } }) => legs))('legs of $file', ({ events, expect: { legs = [] } }) => {
    const found = new Map<string, LegRow>(runPipeline(events, 1, 1).legs.map((leg) => [leg.leg_id, leg]));
    expect([...found.keys()].sort()).toEqual(legs.map(({ leg_id }) => leg_id).sort());
    for (const leg of legs) {
      const times = (['handled_at', 'first_reply_at'] as const).filter((name) => leg[name]);
      const inMs = Object.fromEntries(times.map((name) => [name, ms(String(leg[name]))]));
      expect(found.get(leg.leg_id)).toMatchObject({ ...leg, ...inMs });
    }
  });
});
