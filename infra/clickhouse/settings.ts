import { z } from 'zod';
import { readSettings, SettingsError } from '../../services/lib/settings';
import type { Ttl } from './ttl';

const days = z
  .string()
  .regex(/^\d{1,5}$/, 'must be a number of days')
  .transform(Number)
  .optional();

/**
 * What the migrating tool reads. A TTL that is not set is left as it is in the tables, where none is at first: nothing
 * is deleted unless somebody says so. 0 takes one back.
 */
export const clickhouseSettings = z
  .object({
    CLICKHOUSE_URL: z.string().default('http://127.0.0.1:8123'),
    CLICKHOUSE_DATABASE: z.string().default('customer_dynamics'),
    CLICKHOUSE_USER: z.string().default('default'),
    CLICKHOUSE_PASSWORD: z.string().default(''),
    /** Name of the cluster among the servers' remote_servers; not set: one server. */
    CLICKHOUSE_CLUSTER: z
      .string()
      .regex(/^\w[\w-]*$/, 'must be letters, digits, underscores and hyphens')
      .optional(),
    /** One server of each shard, in the order of the shards; comma-separated. */
    CLICKHOUSE_SHARD_URLS: z
      .string()
      .regex(/^https?:\/\/[^,\s]+(,\s*https?:\/\/[^,\s]+)*$/, 'must be http(s) URLs, one a shard, comma-separated')
      .transform((text) => text.split(',').map((url) => url.trim()))
      .optional(),
    TTL_TEXT_DAYS: days,
    TTL_EVENTS_DAYS: days,
    TTL_SESSIONS_DAYS: days,
    TTL_ROLLUPS_DAYS: days,
    TTL_DEAD_LETTERS_DAYS: days,
  })
  .superRefine((settings, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
    if ((settings.CLICKHOUSE_CLUSTER === undefined) !== (settings.CLICKHOUSE_SHARD_URLS === undefined)) {
      refuse('CLICKHOUSE_SHARD_URLS', 'must be set with CLICKHOUSE_CLUSTER, and only with it');
    }
    const { TTL_EVENTS_DAYS: events = 0, TTL_SESSIONS_DAYS: sessions = 0 } = settings;
    if (events > 0 && events < 14) {
      refuse('TTL_EVENTS_DAYS', 'must be 0 or at least 14: the repair of late events reads the events around them');
    }
    if (sessions > 0 && (events === 0 || sessions < events)) {
      refuse(
        'TTL_SESSIONS_DAYS',
        'must be 0 or at least TTL_EVENTS_DAYS: events whose sessions are gone would look lost',
      );
    }
  });

export const ttlOf = (settings: z.infer<typeof clickhouseSettings>): Ttl => ({
  textDays: settings.TTL_TEXT_DAYS,
  eventsDays: settings.TTL_EVENTS_DAYS,
  sessionsDays: settings.TTL_SESSIONS_DAYS,
  rollupsDays: settings.TTL_ROLLUPS_DAYS,
  deadLettersDays: settings.TTL_DEAD_LETTERS_DAYS,
});

/**
 * The settings, or SettingsError with every fault. A TTL that is misspelt is one: what was to be deleted would be kept,
 * and nobody told.
 */
export function readClickhouseSettings(env: Record<string, string | undefined>): z.infer<typeof clickhouseSettings> {
  const unknown = Object.keys(env).filter((name) => /^TTL_/.test(name) && !(name in clickhouseSettings.shape));
  const known = Object.keys(clickhouseSettings.shape).filter((name) => name.startsWith('TTL_'));
  const faults = unknown.map((name) => `${name}: there is no such setting; there are ${known.join(', ')}`);
  let settings: z.infer<typeof clickhouseSettings> | undefined;
  try {
    settings = readSettings(clickhouseSettings, env);
  } catch (error) {
    if (!(error instanceof SettingsError)) throw error;
    faults.push(...error.faults);
  }
  if (faults.length > 0 || settings === undefined) throw new SettingsError(faults);
  return settings;
}
