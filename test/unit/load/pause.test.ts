import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import fastify, { type FastifyInstance } from 'fastify';
import { createLog } from '../../../services/lib/log';
import { tablesFedBy } from '../../../services/load/fed-tables';
import { addPauses, type Pausable, Pauses } from '../../../services/load/pause';
import { logOf, World } from './world';

const log = createLog('test', 'silent');

describe('a paused topic', () => {
  test('begins no block, leaves no intent open, and loads all of it once the pause is over', async () => {
    const world = new World(logOf(['good', 'good', 'good', 'good']), 2);
    const task = world.open();
    await world.feed(task, 1);
    expect(task.quiet).toBe(false);
    world.paused = true;
    await world.feed(task, 10);
    await world.feed(task, 10);
    expect(world.effects).toEqual(['intent 0-0', 'insert 0-0: 0', 'done 1']);
    expect([task.quiet, task.position()]).toEqual([true, 1]);
    world.paused = false;
    await world.feed(task, 10);
    expect(world.effects.slice(3)).toEqual(['intent 1-2', 'insert 1-2: 1,2', 'intent 3-3', 'insert 3-3: 3']);
    expect(task.quiet).toBe(false);
  });

  test('a pause between two blocks of one fetch comes to hold there', async () => {
    const world = new World(logOf(['good', 'good', 'good', 'good']), 2);
    const task = world.open();
    world.afterEffect = (effect) => {
      if (effect.startsWith('insert 0-1')) world.paused = true;
    };
    await world.feed(task, 10);
    expect(world.effects).toEqual(['intent 0-1', 'insert 0-1: 0,1', 'done 2']);
    expect([task.quiet, task.position()]).toEqual([true, 2]);
    world.paused = false;
    await world.feed(task, 10);
    expect(world.table).toEqual(new Map([0, 1, 2, 3].map((offset) => [offset, 1])));
  });

  test('a quiet partition commits as done at once, not after its second', async () => {
    const world = new World(logOf(['good']));
    const task = world.open();
    await world.feed(task, 1);
    world.paused = true;
    await task.tick(Date.now(), world.control);
    expect(world.effects.at(-1)).toBe('done 1');
    expect(task.quiet).toBe(true);
  });

  test('a block that a former owner left open is ended all the same', async () => {
    const world = new World(logOf(['good', 'good', 'good']), 2);
    world.afterEffect = (effect) => {
      if (effect === 'intent 0-1') throw new Error('killed');
    };
    await expect(world.feed(world.open(), 10)).rejects.toThrow('killed');
    world.afterEffect = () => {};
    world.paused = true;
    const task = world.open();
    expect(task.quiet).toBe(false);
    await world.feed(task, 10);
    expect(world.effects).toEqual(['intent 0-1', 'insert 0-1: 0,1', 'done 2']);
    expect(task.quiet).toBe(true);
    const feeding = world.feed(task, 10);
    world.stopping = true;
    await expect(feeding).rejects.toThrow('the assignment has changed');
  });
});

describe('the admin calls', () => {
  let now = 1_000_000;
  let pauses: Pauses;
  let tasks: Pausable[];
  let app: FastifyInstance;
  const topicOf = async (table: string) => ({ sessions: 'sessions', legs: 'sessions', volume: 'events' })[table];

  beforeEach(() => {
    now = 1_000_000;
    pauses = new Pauses(() => now);
    tasks = [{ topic: 'sessions', partition: 2, quiet: false }];
    app = fastify();
    addPauses(app, pauses, tasks, topicOf, log, { consumers: 2 });
  });
  afterEach(() => app.close());

  const post = async (table: string, payload: object) => {
    const { statusCode, body } = await app.inject({ method: 'POST', url: `/admin/pauses/${table}`, payload });
    return [statusCode, JSON.parse(body)];
  };

  test('a lease pauses the topic behind the table, says what is under way, and ends by itself', async () => {
    expect(await post('legs', { holder: 'a', lease_seconds: 30 })).toEqual([
      200,
      {
        table: 'legs',
        topic: 'sessions',
        holder: 'a',
        paused_until: 1_030_000,
        quiet: false,
        waiting: ['sessions/2'],
        consumers: 2,
      },
    ]);
    expect([pauses.isPaused('sessions'), pauses.isPaused('events')]).toEqual([true, false]);
    now += 29_999;
    expect(pauses.isPaused('sessions')).toBe(true);
    now += 1;
    expect(pauses.isPaused('sessions')).toBe(false);
  });

  test('its holder renews and gives it back; nobody else does', async () => {
    await post('legs', { holder: 'a', lease_seconds: 30 });
    const [status, { error }] = await post('legs', { holder: 'b', lease_seconds: 30 });
    expect([status, error]).toEqual([409, 'legs is paused by a until 1970-01-01T00:17:10.000Z']);
    now += 20_000;
    expect((await post('legs', { holder: 'a', lease_seconds: 30 }))[1].paused_until).toBe(1_050_000);
    await app.inject({ method: 'DELETE', url: '/admin/pauses/legs?holder=b' });
    expect(pauses.isPaused('sessions')).toBe(true);
    await post('sessions', { holder: 'b', lease_seconds: 60 });
    await app.inject({ method: 'DELETE', url: '/admin/pauses/legs?holder=a' });
    expect(pauses.isPaused('sessions')).toBe(true);
    const { body } = await app.inject({ method: 'GET', url: '/admin/pauses' });
    expect(JSON.parse(body)).toMatchObject([{ table: 'sessions', holder: 'b' }]);
  });

  test.each([
    ['an unknown table', 'other', { holder: 'a', lease_seconds: 1 }, 404, 'no topic loaded here fills other'],
    ['no holder', 'legs', { lease_seconds: 1 }, 400, 'holder: '],
    ['a lease without end', 'legs', { holder: 'a', lease_seconds: 601 }, 400, 'lease_seconds: '],
  ])('%s is refused with the reason', async (_what, table, payload, status, reason) => {
    const [code, { error }] = await post(table, payload);
    expect(code).toBe(status);
    expect(error).toContain(reason);
  });
});

test('with a token every admin call asks for it, and nothing else does', async () => {
  const app = fastify();
  app.get('/metrics', async () => 'open');
  const pauses = new Pauses(() => 0);
  addPauses(app, pauses, [], async () => 'sessions', log, { token: 'the-token-of-load' });
  const calls = [
    { method: 'GET', url: '/admin/pauses' },
    { method: 'POST', url: '/admin/pauses/legs', payload: { holder: 'a', lease_seconds: 30 } },
    { method: 'DELETE', url: '/admin/pauses/legs?holder=a' },
  ] as const;
  const codes = async (headers: Record<string, string>) => {
    const found: number[] = [];
    for (const call of calls) found.push((await app.inject({ ...call, headers })).statusCode);
    return found;
  };
  for (const authorization of ['', 'Bearer', 'Bearer the-token-of-loaf', 'the-token-of-load']) {
    expect(await codes({ authorization })).toEqual([401, 401, 401]);
  }
  expect(pauses.isPaused('sessions')).toBe(false);
  expect(await codes({ authorization: 'Bearer the-token-of-load' })).toEqual([200, 200, 200]);
  expect((await app.inject('/metrics')).statusCode).toBe(200);
  await app.close();
});

test('tables are found behind any number of views', () => {
  const view = (name: string, target: string) => ({
    name,
    create_table_query: `CREATE MATERIALIZED VIEW d.${name} TO d.${target} (a Int8) AS SELECT a FROM d.x`,
    dependents: [],
  });
  const table = (name: string, ...dependents: string[]) => ({ name, create_table_query: '', dependents });
  const tables = [
    table('l', 'v1', 'v2'),
    view('v1', 'a'),
    view('v2', 'b'),
    table('a', 'v3'),
    view('v3', 'c'),
    table('b'),
  ];
  expect(tablesFedBy('l', tables)).toEqual(['a', 'b', 'c']);
});
