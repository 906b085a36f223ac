import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { topics } from '../../../services/lib/topics';
import { arbitraryEvents } from './arbitrary-events';
import { sessionEvent } from './events';
import { oracleSessions } from './oracle';
import { customers, Pipeline, rowsAtOnce, stepsWithErasure, text } from './pipeline';
import { standingRows } from './world';

describe('erasure of a customer', () => {
  test('leaves what there would be without the erased events, whatever is killed, late, stale, resent or repaired meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryEvents,
        stepsWithErasure,
        fc.constantFrom(0, 350),
        fc.nat(),
        async (events, happens, paceMs, which) => {
          const pipeline = new Pipeline(paceMs);
          pipeline.write(events);
          const through = events.length > 0 ? events[which % events.length].occurred_at : 0;
          pipeline.erasedThrough = through;
          for (const step of happens) await pipeline.run(step);
          // As the tool does: a command at least, and more until nothing old stands; then the tables are emptied.
          await pipeline.drain(0);
          let rounds = 0;
          for (let left = 1; left > 0; rounds++) {
            left = pipeline.erase(3);
            await pipeline.drain(0);
            if (rounds > 40) throw new Error('the erasure comes to no end');
          }
          pipeline.isDeleted = true;
          await pipeline.drain(1);
          // Nobody who takes over afterwards sees them again.
          await pipeline.run(['crash', 1]);
          await pipeline.drain(2);
          const standing = standingRows(pipeline.world.changeSets());
          const expected = customers.map((_, of) =>
            events.filter(({ occurred_at }, index) => index % 2 === of && (of === 1 || occurred_at > through)),
          );
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
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  const minute = 60_000;
  const open = (paceMs = 0): Pipeline => {
    const pipeline = new Pipeline(paceMs);
    // Every other event is of the first customer; nothing is passed by the watermark.
    pipeline.write(
      [0, 1, 2, 3, 4, 5].map((at, i) => sessionEvent({ event_id: `e${i}`, occurred_at: at * minute, channel: 'WEB' })),
    );
    pipeline.erasedThrough = 3 * minute;
    return pipeline;
  };
  const rowsOf = (pipeline: Pipeline) =>
    standingRows(pipeline.world.changeSets())
      .sessions.map(({ customer_id, session_id, event_count }) => `${customer_id} ${session_id} ${event_count}`)
      .sort();

  test('an open session goes on with what came after; who restores sees nothing of what was before', async () => {
    const pipeline = open();
    await pipeline.drain(0);
    expect(rowsOf(pipeline)).toEqual(['ana e0 3', 'bea e1 3']);
    pipeline.erase(9);
    await pipeline.drain(0);
    expect(rowsOf(pipeline)).toEqual(['ana e4 1', 'bea e1 3']);
    await pipeline.run(['crash', 1]);
    await pipeline.drain(0);
    expect(rowsOf(pipeline)).toEqual(['ana e4 1', 'bea e1 3']);
    // Taken back are the rows that stood, so that the state is what was restored.
    pipeline.world.append(topics.enriched, {
      ...sessionEvent({ event_id: 'e6', occurred_at: 20 * minute, channel: 'WEB' }),
      ...{ customer_id: 'ana', late: false, sessionised: true },
    });
    await pipeline.drain(0);
    expect(rowsOf(pipeline)).toEqual(['ana e4 2', 'bea e1 3']);
  });

  test('an old event that comes once more, by its topic or by a repair computed before, stays out', async () => {
    const pipeline = open();
    await pipeline.drain(0);
    pipeline.plan('ana');
    const [repair] = pipeline.world.log(topics.commands).splice(0);
    pipeline.erase(9);
    await pipeline.drain(0);
    pipeline.isDeleted = true;
    const { as_of: _, ...rest } = JSON.parse(String(repair.message.value));
    // As if no change had come in between: else it would be stale.
    pipeline.world.append(topics.commands, { ...rest, sessions: [], legs: [], as_of: 1_000 });
    pipeline.world.append(topics.enriched, {
      ...sessionEvent({ event_id: 'again', occurred_at: 2 * minute, channel: 'WEB' }),
      ...{ customer_id: 'ana', late: false, sessionised: true },
    });
    await pipeline.drain(0);
    expect(rowsOf(pipeline)).toEqual(['ana e4 1', 'bea e1 3']);
  });

  test('somebody who is not known: the command is taken, nothing is written of anybody', async () => {
    const pipeline = new Pipeline(0);
    pipeline.erasedThrough = 5;
    pipeline.erase(9);
    await pipeline.drain(0);
    expect(pipeline.world.changeSets()).toEqual([]);
    expect(pipeline.world.committed.get(topics.commands)?.offset).toBe(1);
  });
});
