import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { commonSettings, flag, integer, port, readSettings, SettingsError } from '../../../services/lib/settings';

const schema = z.object({ ...commonSettings, PORT: port(8080), GAP_MS: integer(5, 1, 10), LOUD: flag(false) });

describe('settings', () => {
  test('have defaults, and an empty variable counts as not set', () => {
    expect(readSettings(schema, { PORT: '', UNRELATED: 'x' })).toMatchObject({ PORT: 8080, GAP_MS: 5, LOUD: false });
  });

  test('report all faults together, each with the name of the variable', () => {
    try {
      readSettings(schema, { PORT: '70000', GAP_MS: 'ten', LOUD: 'yes', KAFKA_BROKERS: 'here' });
      throw new Error('not reached');
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError);
      expect((error as SettingsError).faults.map((fault) => fault.split(':')[0]).sort()).toEqual([
        'GAP_MS',
        'KAFKA_BROKERS',
        'LOUD',
        'PORT',
      ]);
    }
  });
});
