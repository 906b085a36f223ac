import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import fastify from 'fastify';
import { Registry } from 'prom-client';
import { createLog } from '../../../services/lib/log';
import { addFollowUps } from '../../../services/load/follow-ups/ask';
import { FollowUps, type FollowUpsDeps } from '../../../services/load/follow-ups/follow-ups';
import { followUpMetrics } from '../../../services/load/follow-ups/metrics';

const minute = 60_000;

/** A warehouse in which nothing is known yet; each question for that is a round. */
class Rounds {
  count = 0;
  isOwner = true;
  answer = (): Promise<unknown[]> => Promise.resolve([{ as_of: null }]);
  readonly registry = new Registry();

  job(everyMs: number, metrics = followUpMetrics(this.registry)): FollowUps {
    return new FollowUps({
      warehouse: {
        rows: ((_query: string) => {
          this.count += 1;
          return this.answer();
        }) as FollowUpsDeps['warehouse']['rows'],
        insertOneBlock: () => Promise.reject(new Error('nothing is to be written')),
      },
      isOwner: () => this.isOwner,
      metrics,
      log: createLog('test', 'silent'),
      now: Date.now,
      everyMs,
      windowsDays: [1],
      secondsPerRound: 1,
    });
  }
}

describe('rounds', () => {
  let rounds: Rounds;
  beforeEach(() => {
    jest.useFakeTimers();
    rounds = new Rounds();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  test('begin a minute after the start and go on by the clock, until it stops', async () => {
    const job = rounds.job(60 * minute);
    await jest.advanceTimersByTimeAsync(minute);
    expect(rounds.count).toBe(1);
    await jest.advanceTimersByTimeAsync(120 * minute);
    expect(rounds.count).toBe(3);
    await job.stop();
    await jest.advanceTimersByTimeAsync(120 * minute);
    expect(rounds.count).toBe(3);
  });

  test('are those of the owner of partition 0', async () => {
    rounds.isOwner = false;
    const job = rounds.job(minute);
    await jest.advanceTimersByTimeAsync(5 * minute);
    expect(rounds.count).toBe(0);
    rounds.isOwner = true;
    await jest.advanceTimersByTimeAsync(minute);
    expect(rounds.count).toBe(1);
    await job.stop();
  });

  test('that left days undone say so only where the owner is', async () => {
    const metrics = followUpMetrics(rounds.registry);
    const job = rounds.job(minute, metrics);
    const waiting = async () => /waiting_days (\d+)/.exec(await rounds.registry.metrics())?.[1];
    metrics.waiting.set(12);
    rounds.answer = () => Promise.reject(new Error('ClickHouse is away'));
    await jest.advanceTimersByTimeAsync(minute);
    expect(await waiting()).toBe('12');
    rounds.isOwner = false;
    await jest.advanceTimersByTimeAsync(minute);
    expect(await waiting()).toBe('0');
    await job.stop();
  });

  test('are done only when asked where the period is 0', async () => {
    const job = rounds.job(0);
    await jest.advanceTimersByTimeAsync(100 * minute);
    expect(rounds.count).toBe(0);
    expect(await job.round()).toEqual({ result: 'unknown', written_days: 0, waiting_days: 0 });
    await job.stop();
  });

  test('that fail are counted, and do not end the job', async () => {
    const job = rounds.job(minute);
    rounds.answer = () => Promise.reject(new Error('ClickHouse is away'));
    await jest.advanceTimersByTimeAsync(2 * minute);
    rounds.answer = () => Promise.resolve([{ as_of: null }]);
    await jest.advanceTimersByTimeAsync(minute);
    const told = await rounds.registry.metrics();
    expect(told).toContain('load_follow_ups_rounds_total{result="failed"} 2');
    expect(told).toContain('load_follow_ups_rounds_total{result="unknown"} 1');
    await job.stop();
  });

  test('follow one another: one that is asked for waits for the one in hand', async () => {
    const job = rounds.job(0);
    const answers: ((rows: unknown[]) => void)[] = [];
    rounds.answer = () => new Promise((resolve) => answers.push(resolve));
    const both = [job.round(), job.round()];
    await jest.advanceTimersByTimeAsync(1);
    expect(rounds.count).toBe(1);
    answers[0]([{ as_of: null }]);
    await both[0];
    await jest.advanceTimersByTimeAsync(1);
    expect(rounds.count).toBe(2);
    answers[1]([{ as_of: null }]);
    await Promise.all(both);
    await job.stop();
  });
});

test('a round can be asked for by HTTP; what hinders it is told', async () => {
  const rounds = new Rounds();
  let job: FollowUps | undefined;
  const app = fastify();
  addFollowUps(app, () => job);
  const asked = async () => {
    const { statusCode, body } = await app.inject({ method: 'POST', url: '/admin/follow-ups' });
    return [statusCode, JSON.parse(body)];
  };
  expect(await asked()).toEqual([503, { error: 'load is still starting' }]);
  job = rounds.job(0);
  expect(await asked()).toEqual([200, { result: 'unknown', written_days: 0, waiting_days: 0 }]);
  rounds.answer = () => Promise.reject(new Error('ClickHouse is away'));
  expect(await asked()).toEqual([503, { error: 'ClickHouse is away' }]);
  await app.close();
});
