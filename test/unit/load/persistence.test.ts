import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { type Control, StaleAssignment } from '../../../services/lib/kafka/partition-task';
import { Persistence } from '../../../services/load/persistence';

describe('trying again as a member of the group', () => {
  let heartbeats: number;
  let heartbeat: () => Promise<void>;
  const control: Control = {
    heartbeat: () => heartbeat(),
    assertCurrent: () => {},
    commit: async () => {},
  };
  const fails = async () => {
    throw new Error('away');
  };

  beforeEach(() => {
    heartbeats = 0;
    heartbeat = async () => {
      heartbeats += 1;
    };
  });

  test('it tries until it works, and says meanwhile what is wrong', async () => {
    const persistence = new Persistence(() => false);
    let attempts = 0;
    let retries = 0;
    const work = async () => (++attempts < 4 ? fails() : 'done');
    const result = persistence.until('inserting', control, work, { onRetry: () => retries++ });
    await sleep(50);
    expect(persistence.notReady()).toEqual(['inserting: away']);
    expect(await result).toBe('done');
    expect({ attempts, retries, heartbeats }).toEqual({ attempts: 4, retries: 3, heartbeats: 3 });
    expect(persistence.notReady()).toEqual([]);
  });

  test('heartbeats go on while the work takes long', async () => {
    const work = async () => {
      await sleep(2_500);
      return 'done';
    };
    expect(await new Persistence(() => false).until('inserting', control, work)).toBe('done');
    expect(heartbeats).toBe(2);
  });

  test('when the group is lost the work is aborted and the group’s own error let through', async () => {
    const rebalancing = new Error('the group is rebalancing');
    heartbeat = async () => {
      throw rebalancing;
    };
    const work = (signal: AbortSignal) =>
      new Promise<string>((_resolve, reject) => {
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      });
    await expect(new Persistence(() => false).until('inserting', control, work)).rejects.toBe(rebalancing);
  });

  test('an error that another try cannot change is thrown at once', async () => {
    const result = new Persistence(() => false).until('inserting', control, fails, { final: () => true });
    await expect(result).rejects.toThrow('away');
    expect(heartbeats).toBe(0);
  });

  test('what is begun is tried once, also when the service stops', async () => {
    await expect(new Persistence(() => true).until('inserting', control, async () => 'in')).resolves.toBe('in');
    await expect(new Persistence(() => true).until('inserting', control, fails)).rejects.toThrow(StaleAssignment);
  });

  test('it gives up when the service stops', async () => {
    let stopping = false;
    const result = new Persistence(() => stopping).until('inserting', control, fails);
    setTimeout(() => {
      stopping = true;
    }, 200);
    await expect(result).rejects.toThrow(StaleAssignment);
  });
});
