import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  TextBoxVariableBuilder,
  type VariableModel,
  VariableRefresh,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { clickhouse, trimmed } from './queries';

type Variable = Builder<VariableModel>;

export const clickhouseSource: Variable = new DatasourceVariableBuilder('clickhouse')
  .label('ClickHouse')
  .type('grafana-clickhouse-datasource');

export const prometheusSource: Variable = new DatasourceVariableBuilder('prometheus')
  .label('Prometheus')
  .type('prometheus');

/** Several values of a query, or all: use it as `${ofChannel}` and its like below. */
const several = (name: string, label: string, sql: string): Variable =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(clickhouse)
    .query(trimmed(sql))
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(true)
    .includeAll(true)
    .current({ selected: true, text: ['All'], value: ['$__all'] });

export const channelOfVolume = several(
  'channel',
  'Channel',
  'SELECT channel FROM volume_trends WHERE $__timeFilter(bucket_start) GROUP BY channel ORDER BY sum(events) DESC, channel',
);

export const channelOfLegs = several(
  'channel',
  'Channel',
  'SELECT channel FROM efficiency_metrics WHERE $__timeFilter(bucket_start) GROUP BY channel ORDER BY sum(legs) DESC, channel',
);

export const queue = several(
  'queue',
  'Queue',
  "SELECT queue FROM efficiency_metrics WHERE $__timeFilter(bucket_start) AND queue != '' GROUP BY queue ORDER BY sum(offered) DESC, queue",
);

export const intent = several(
  'intent',
  'Intent',
  "SELECT intent FROM volume_trends WHERE $__timeFilter(bucket_start) AND intent != '' GROUP BY intent ORDER BY sum(events) DESC, intent",
);

export const bucket: Variable = choice('bucket', 'Bucket', ['hour', 'day', 'week', 'month']).description(
  'Width of the buckets on time axes, cut by the clocks of the time zone.',
);

export const timeZone: Variable = choice('time_zone', 'Time zone', [
  'UTC',
  'Europe/London',
  'Europe/Lisbon',
  'Europe/Berlin',
  'America/Sao_Paulo',
  'America/New_York',
  'America/Los_Angeles',
  'Asia/Dubai',
  'Asia/Kolkata',
  'Asia/Tokyo',
]).description('Hours, days and weeks are cut by its clocks. Any name of the IANA data base can be typed in.');

/** One of a list, the first by default; others can be typed in. */
export function choice(name: string, label: string, values: readonly string[]): CustomVariableBuilder {
  return new CustomVariableBuilder(name)
    .label(label)
    .values(values.join(','))
    .options(values.map((value, index) => ({ selected: index === 0, text: value, value })))
    .current({ selected: true, text: values[0]!, value: values[0]! })
    .allowCustomValue(true);
}

/** One value of a query, the first by default; others can be typed in. */
export const one = (name: string, label: string, sql: string): QueryVariableBuilder =>
  new QueryVariableBuilder(name)
    .label(label)
    .datasource(clickhouse)
    .query(trimmed(sql))
    .refresh(VariableRefresh.OnTimeRangeChanged)
    .multi(false)
    .includeAll(false)
    .allowCustomValue(true);

export const text = (name: string, label: string, value: string): Variable =>
  new TextBoxVariableBuilder(name).label(label).defaultValue(value);

/** Conditions for the variables above: nothing where all are chosen, so that '' counts too. */
const among = (column: string, name: string): string =>
  `$__conditionalAll(${column} IN (\${${name}:sqlstring}), $${name})`;

export const ofChannel = among('channel', 'channel');
export const ofQueue = among('queue', 'queue');
export const ofIntent = among('intent', 'intent');
/** The bucket that a time belongs to, as a time. */
export const bucketOf = (column: string): string =>
  `toDateTime(date_trunc('\${bucket}', ${column}, '\${time_zone}'), '\${time_zone}')`;
