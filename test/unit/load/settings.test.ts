import { expect, test } from '@jest/globals';
import { readSettings, type SettingsError } from '../../../services/lib/settings';
import { loadSettings } from '../../../services/load/settings';

const faultsOf = (env: Record<string, string>): string[] => {
  try {
    readSettings(loadSettings, env);
    return [];
  } catch (error) {
    return (error as SettingsError).faults.map((fault) => fault.slice(0, fault.indexOf(':')));
  }
};

test.each<{ env: Record<string, string>; faulty: string[] }>([
  { env: {}, faulty: [] },
  {
    env: { LOAD_MAX_BLOCK_ROWS: '0', CLICKHOUSE_URL: 'x', CLICKHOUSE_READS_REGISTRY: 'perhaps' },
    faulty: ['CLICKHOUSE_URL', 'CLICKHOUSE_READS_REGISTRY', 'LOAD_MAX_BLOCK_ROWS'],
  },
  {
    env: { FETCH_MIN_BYTES: '50000', FETCH_MAX_BYTES: '20000' },
    faulty: ['FETCH_MIN_BYTES', 'FETCH_MAX_PARTITION_BYTES'],
  },
  { env: { LOAD_ADMIN_TOKEN: 'a token with spaces in it' }, faulty: ['LOAD_ADMIN_TOKEN'] },
  { env: { LOAD_ADMIN_TOKEN: 'short' }, faulty: ['LOAD_ADMIN_TOKEN'] },
  { env: { LOAD_ADMIN_TOKEN: 'long-enough-a-token' }, faulty: [] },
  { env: { FOLLOW_UPS_EVERY_MS: '0', FOLLOW_UPS_WINDOWS_DAYS: '30' }, faulty: [] },
  { env: { FOLLOW_UPS_EVERY_MS: '999' }, faulty: ['FOLLOW_UPS_EVERY_MS'] },
  { env: { FOLLOW_UPS_WINDOWS_DAYS: '1,0' }, faulty: ['FOLLOW_UPS_WINDOWS_DAYS'] },
  { env: { FOLLOW_UPS_WINDOWS_DAYS: 'a week' }, faulty: ['FOLLOW_UPS_WINDOWS_DAYS'] },
  { env: { FETCH_MAX_WAIT_MS: '4000', KAFKA_SESSION_TIMEOUT_MS: '6000' }, faulty: ['FETCH_MAX_WAIT_MS'] },
])('$env', ({ env, faulty }) => {
  expect(faultsOf(env)).toEqual(faulty);
});
