/** `make capacity EVENTS_PER_SECOND=… [OPEN_CUSTOMERS=…] [SKEW=…] [FRESHNESS_SECONDS=…] [PEAK_OVER_MEAN=…] [CLICKHOUSE_DAYS=…]` */
import { z } from 'zod';
import { readSettings, SettingsError } from '../../../services/lib/settings';
import { capacityTable, usual } from './capacity';

const number = (fallback: number) =>
  z
    .string()
    .refine((text) => Number(text) > 0, 'must be a number above 0')
    .transform(Number)
    .default(fallback);

try {
  const settings = readSettings(
    z.object({
      EVENTS_PER_SECOND: number(usual.events_per_second),
      OPEN_CUSTOMERS: number(usual.open_customers),
      SKEW: number(usual.skew),
      FRESHNESS_SECONDS: number(usual.freshness_seconds),
      PEAK_OVER_MEAN: number(usual.peak_over_mean),
      CLICKHOUSE_DAYS: number(usual.clickhouse_days),
    }),
    process.env,
  );
  const plan = {
    ...usual,
    events_per_second: settings.EVENTS_PER_SECOND,
    open_customers: settings.OPEN_CUSTOMERS,
    skew: settings.SKEW,
    freshness_seconds: settings.FRESHNESS_SECONDS,
    peak_over_mean: settings.PEAK_OVER_MEAN,
    clickhouse_days: settings.CLICKHOUSE_DAYS,
  };
  console.log(`${capacityTable([plan])}\n\nWhat of it is measured and what is taken: docs/capacity.md`);
} catch (error) {
  if (!(error instanceof SettingsError)) throw error;
  console.error(error.message);
  process.exitCode = 78;
}
