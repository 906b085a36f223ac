import { z } from 'zod';
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
    TTL_TEXT_DAYS: days,
    TTL_EVENTS_DAYS: days,
    TTL_SESSIONS_DAYS: days,
    TTL_ROLLUPS_DAYS: days,
  })
  .superRefine((settings, context) => {
    const refuse = (path: string, message: string): void => context.addIssue({ code: 'custom', path: [path], message });
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
});
