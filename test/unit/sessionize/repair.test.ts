import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { topics } from '../../../services/lib/topics';
import { arbitraryEvents } from './arbitrary-events';
import { sessionEvent } from './events';
import { oracleSessions } from './oracle';
import { customers, Pipeline, rowsAtOnce, steps, text } from './pipeline';
import { standingRows } from './world';

describe('repair of late events', () => {
  test('comes to the sessions of all events, whatever is resent, stale, crossing, killed or paced', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryEvents, steps, fc.constantFrom(0, 350), async (events, happens, paceMs) => {
        const pipeline = new Pipeline(paceMs);
        pipeline.write(events);
        for (const step of happens) await pipeline.run(step);
        await pipeline.drain(2);
        // Throws when a row is taken back that does not stand, or a version is used twice.
        const standing = standingRows(pipeline.world.changeSets());
        const expected = customers.map((_, of) => events.filter((__, index) => index % 2 === of));
        expect(standing.sessions.map(({ session_id, event_count }) => `${session_id} ${event_count}`).sort()).toEqual(
          expected
            .flatMap(oracleSessions)
            .map(({ session_id, event_ids }) => `${session_id} ${event_ids.length}`)
            .sort(),
        );
        const atOnce = expected.filter((one) => one.length > 0).map(rowsAtOnce);
        expect(text(standing)).toEqual(
          text({
            sessions: atOnce.flatMap(({ sessions }) => sessions),
            legs: atOnce.flatMap(({ legs }) => legs),
          }),
        );
        const seqs = pipeline.world.changeSets().map(({ change_seq }) => change_seq);
        expect(seqs).toEqual([...new Set(seqs)].sort((a, b) => a - b));
      }),
      { numRuns: 400 },
    );
  }, 60_000);

  test('a command that is resent changes nothing, not even a change_seq', async () => {
    const pipeline = new Pipeline(0);
    const hour = 3_600_000;
    pipeline.write(
      [0, 10 * hour, 2 * hour, 2 * hour].map((occurred_at, i) => sessionEvent({ event_id: `e${i}`, occurred_at })),
    );
    await pipeline.drain(1);
    const before = pipeline.world.changeSets().length;
    await pipeline.run(['resend', 1]);
    await pipeline.run(['commands', 5]);
    await pipeline.drain(3);
    expect(pipeline.world.changeSets()).toHaveLength(before);
  });

  test('rows that a repair has found and left as they are stand once, also after a restore', async () => {
    const pipeline = new Pipeline(0);
    const minute = 60_000;
    // bea's e1 is given up before e3 comes late, which keeps its session open again.
    pipeline.write(
      [0, 0, 91 * minute, 0].map((occurred_at, i) =>
        sessionEvent({ event_id: `e${i}`, occurred_at, channel: 'WEB', ...(i === 3 && { contact_id: 'c1' }) }),
      ),
    );
    await pipeline.drain(0);
    for (let beat = 0; beat < 3; beat++) {
      const outside = {
        ...sessionEvent({ event_id: `o${beat}` }),
        customer_id: 'cea',
        late: false,
        sessionised: false,
      };
      pipeline.world.append(topics.enriched, outside);
      await pipeline.drain(0);
    }
    await pipeline.drain(2);
    await pipeline.run(['crash', 1]);
    // Throws when a row is added that stands.
    await pipeline.drain(2);
    expect(standingRows(pipeline.world.changeSets()).legs).toHaveLength(4);
  });
});
