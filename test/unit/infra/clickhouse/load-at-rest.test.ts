import { describe, expect, test } from '@jest/globals';
import { urlsOfAll, withLoadAtRest } from '../../../../infra/clickhouse/load-at-rest';

describe('every load behind one name', () => {
  const found =
    (...addresses: [string, number][]) =>
    async () =>
      addresses.map(([address, family]) => ({ address, family }));

  test('one URL an address, each once', async () => {
    const find = found(['10.0.0.1', 4], ['10.0.0.2', 4], ['10.0.0.1', 4], ['fd00::1', 6]);
    expect(await urlsOfAll('http://load-pods:9103', find)).toEqual([
      'http://10.0.0.1:9103',
      'http://10.0.0.2:9103',
      'http://[fd00::1]:9103',
    ]);
  });

  test('no such name: no load was ever started', async () => {
    const missing = async () => Promise.reject(Object.assign(new Error('no'), { code: 'ENOTFOUND' }));
    expect(await urlsOfAll('http://load-pods:9103', missing)).toEqual([]);
  });

  test('names that cannot be asked for are a fault, not an absence', async () => {
    const failing = async () => Promise.reject(Object.assign(new Error('away'), { code: 'EAI_AGAIN' }));
    await expect(urlsOfAll('http://load-pods:9103', failing)).rejects.toThrow('away');
  });

  test('where nobody says where load is, the work is just done', async () => {
    expect(await withLoadAtRest({}, async () => 'done')).toBe('done');
  });
});
