import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { SessionEvent } from '../../../schemas/types';
import { topics } from '../../../services/lib/topics';
import { sessionizeMetrics } from '../../../services/sessionize/metrics';
import { minute, sessionEvent } from './events';
import { standingRows, World } from './world';

const raw = (time: number, offset?: number): Record<string, string> => ({
  raw_partition: '0',
  raw_partitions: '1',
  raw_time: String(time),
  ...(offset === undefined ? {} : { raw_offset: String(offset), kind: 'heartbeat' }),
});

function send(world: World, customer: string, given: Partial<SessionEvent>, late = false): void {
  const event = { ...sessionEvent(given), customer_id: customer, late, sessionised: true };
  world.append(topics.enriched, event, raw(event.occurred_at), customer);
}

describe('what sessionize does, in order', () => {
  test('a batch is one transaction: change sets, progress and offsets together', async () => {
    const world = new World();
    const task = await world.open();
    send(world, 'ana', { event_id: 'a1', occurred_at: 0 });
    send(world, 'bea', { event_id: 'b1', occurred_at: minute });
    send(world, 'ana', { event_id: 'a2', occurred_at: 2 * minute });
    world.append(topics.enriched, null, raw(2 * minute, 7));
    await world.feed(task, topics.enriched, 10);
    send(world, 'ana', { event_id: 'a0', occurred_at: -minute });
    await world.feed(task, topics.enriched, 10);
    expect(world.effects).toEqual([
      'sessions marker',
      'sessions ana#1[+a1/1], sessions bea#2[+b1/2], sessions progress, interactions.enriched@4, sessions.commands@0',
      'sessions ana#3[-a1/1 +a0/3], sessions progress, interactions.enriched@5, sessions.commands@0',
    ]);
    expect(world.progress()?.progress).toEqual({
      input_offset: 5,
      command_offset: 0,
      raw_partitions: 1,
      raw: [{ partition: 0, raw_time: 2 * minute, raw_offset: 7 }],
    });
  });

  test('a canary is passed on behind the rows, changes nothing, and a restore reads over it', async () => {
    const world = new World();
    const task = await world.open();
    send(world, 'ana', { event_id: 'a1', occurred_at: 0 });
    const canary = { ...raw(0), kind: 'canary', sent_at: '7' };
    world.append(topics.enriched, null, canary);
    world.append(topics.enriched, null, { ...raw(0), kind: 'heartbeat' });
    await world.feed(task, topics.enriched, 10);
    send(world, 'ana', { event_id: 'a2', occurred_at: minute });
    await world.feed(await world.open(), topics.enriched, 10);
    expect(world.effects).toEqual([
      'sessions marker',
      'sessions ana#1[+a1/1], sessions progress, sessions canary, interactions.enriched@3, sessions.commands@0',
      'sessions marker',
      'sessions ana#2[-a1/1 +a1/2], sessions progress, interactions.enriched@4, sessions.commands@0',
    ]);
    const passed = { raw_partition: '0', raw_partitions: '1', kind: 'canary', sent_at: '7' };
    expect(world.log(topics.sessions).find(({ message }) => message.headers?.kind === 'canary')?.message).toEqual({
      key: null,
      value: null,
      partition: 0,
      headers: passed,
    });
  });

  test('a poison record is a dead letter of the same transaction and costs its neighbours nothing', async () => {
    const world = new World();
    const task = await world.open();
    world.append(topics.enriched, Buffer.from('{poison'));
    send(world, 'ana', { event_id: 'a1', occurred_at: 0 });
    world.append(topics.commands, { kind: 'dance', customer_id: 'ana' });
    await world.feed(task, topics.enriched, 10);
    await world.feed(task, topics.commands, 10);
    expect(world.effects.slice(1)).toEqual([
      'sessions ana#1[+a1/1], sessions progress, interactions.dead-letter undecodable, interactions.enriched@2, sessions.commands@0',
      'sessions progress, interactions.dead-letter command_unknown, interactions.enriched@2, sessions.commands@1',
    ]);
  });

  test('a customer has no more open events than the cap allows; the others are counted, and room comes back', async () => {
    const metrics = sessionizeMetrics(new Registry());
    const world = new World({ customerMaxEvents: 3, metrics });
    const task = await world.open();
    const events = async () =>
      Object.fromEntries((await metrics.events.get()).values.map(({ labels, value }) => [labels.result, value]));
    for (let i = 0; i < 5; i++) send(world, 'bot', { event_id: `e${i}`, occurred_at: i });
    send(world, 'ana', { event_id: 'a', occurred_at: 5 });
    await world.feed(task, topics.enriched, 10);
    expect(await events()).toMatchObject({ sessionised: 4, over_cap: 2 });
    expect([...standingRows(world.changeSets()).sessions.values()].map(({ event_count }) => event_count)).toEqual([
      3, 1,
    ]);

    // A restart knows no more and no less.
    const again = await world.open();
    send(world, 'bot', { event_id: 'e5', occurred_at: 6 });
    await world.feed(again, topics.enriched, 10);
    expect(await events()).toMatchObject({ sessionised: 4, over_cap: 3 });

    // The watermark passes the session: it is given up, and a new one begins.
    send(world, 'ana', { event_id: 'b', occurred_at: 600 * minute });
    await world.feed(again, topics.enriched, 10);
    send(world, 'bot', { event_id: 'e6', occurred_at: 601 * minute });
    await world.feed(again, topics.enriched, 10);
    expect(await events()).toMatchObject({ sessionised: 6, over_cap: 3 });
  });

  test('a hot customer is revised at most once in a while; what is told of progress waits with the rows', async () => {
    const world = new World({ revisionEveryMs: 1_000 });
    const task = await world.open();
    for (let i = 0; i < 4; i++) {
      send(world, 'ana', { event_id: `a${i}`, occurred_at: i * minute });
      if (i === 3) send(world, 'bea', { event_id: 'b', occurred_at: 0 });
      world.now = i * 300;
      await world.feed(task, topics.enriched, 10);
    }
    // Nothing waited before the second event, when the first had been seen.
    expect(world.progress()?.progress).toMatchObject({ input_offset: 5, raw: [{ raw_time: 0 }] });
    await task.tick(999, world.control);
    await task.tick(1_000, world.control);
    expect(world.effects.slice(1)).toEqual([
      'sessions ana#1[+a0/1], sessions progress, interactions.enriched@1, sessions.commands@0',
      'sessions ana#2[], sessions progress, sessions position, interactions.enriched@2, sessions.commands@0',
      'sessions ana#3[], sessions progress, sessions position, interactions.enriched@3, sessions.commands@0',
      'sessions ana#4[], sessions bea#5[+b/5], sessions progress, sessions position, interactions.enriched@5, sessions.commands@0',
      'sessions ana#6[-a0/1 +a0/6], sessions progress, interactions.enriched@5, sessions.commands@0',
    ]);
    expect(world.progress()?.progress).toMatchObject({ input_offset: 5, raw: [{ raw_time: 3 * minute }] });
  });

  test('rows that waited when it died are emitted by whoever takes over', async () => {
    const world = new World({ revisionEveryMs: 1_000 });
    const task = await world.open();
    for (const id of ['a0', 'a1']) {
      send(world, 'ana', { event_id: id, occurred_at: 0 });
      await world.feed(task, topics.enriched, 10);
    }
    const next = await world.open();
    await next.tick(0, world.control);
    expect(world.effects.at(-1)).toContain('sessions ana#3[-a0/1 +a0/3], sessions progress, interactions');
    expect(world.progress()?.progress?.input_offset).toBe(2);
  });

  test('an orderly stop leaves no rows to wait', async () => {
    const world = new World({ revisionEveryMs: 60_000 });
    const task = await world.open();
    for (const id of ['a0', 'a1']) {
      send(world, 'ana', { event_id: id, occurred_at: 0 });
      await world.feed(task, topics.enriched, 10);
    }
    await task.drain(world.control);
    expect(world.effects.at(-1)).toContain('sessions ana#3[-a0/1 +a0/3], sessions progress, interactions');
  });

  test('a fenced owner changes nothing any more', async () => {
    const world = new World();
    const [old] = [await world.open()];
    await world.open();
    send(world, 'ana', { event_id: 'a1', occurred_at: 0 });
    await expect(world.feed(old, topics.enriched, 10)).rejects.toThrow('INVALID_PRODUCER_EPOCH');
    expect(world.changeSets()).toEqual([]);
    expect(old.keepAsOf(new Map(), 0)).toBeUndefined();
  });

  test('a customer whose oldest change set is far behind is written anew, and restored from that', async () => {
    const world = new World({ snapshotAfterRecords: 10 });
    const task = await world.open();
    send(world, 'ana', { event_id: 'a1', occurred_at: 0 });
    for (let i = 0; i < 12; i++) {
      await world.feed(task, topics.enriched, 10);
      send(world, `other${i}`, { event_id: `o${i}`, occurred_at: i });
    }
    expect(world.effects.filter((effect) => effect.includes('sessions snapshot')).length).toBeGreaterThan(0);
    const next = await world.open();
    send(world, 'ana', { event_id: 'a2', occurred_at: minute });
    await world.feed(next, topics.enriched, 10);
    expect(world.effects.at(-1)).toMatch(/ana#\d+\[-a1\/1 \+a1\/\d+\]/);
  });
});
