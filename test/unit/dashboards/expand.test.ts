import { describe, expect, test } from '@jest/globals';
import { type Asked, expandSql } from '../../../dashboards/lib/expand';

const asked: Asked = {
  from: new Date('2026-03-02T00:00:00.500Z'),
  to: new Date('2026-03-09T12:00:00Z'),
  variables: { channel: ['VOICE', "it's"], intent: ['$__all'], path: '', zone: 'Asia/Tokyo' },
};

describe('what reaches ClickHouse', () => {
  test.each([
    {
      name: 'a time filter in seconds',
      sql: '$__timeFilter(bucket_start)',
      becomes: 'bucket_start >= toDateTime(1772409600) AND bucket_start <= toDateTime(1773057600)',
    },
    {
      name: 'a time filter in milliseconds',
      sql: '$__timeFilter_ms(s.at)',
      becomes: 's.at >= fromUnixTimestamp64Milli(1772409600500) AND s.at <= fromUnixTimestamp64Milli(1773057600000)',
    },
    {
      name: 'a filter of days',
      sql: '$__dateFilter(day)',
      becomes: "day >= toDate('2026-03-02') AND day <= toDate('2026-03-09')",
    },
    {
      name: 'the ends',
      sql: 'f(from = $__fromTime, to = $__toTime)',
      becomes: 'f(from = toDateTime(1772409600), to = toDateTime(1773057600))',
    },
    {
      name: 'several values, with a quote',
      sql: `$__conditionalAll(channel IN (\${channel:sqlstring}), $channel)`,
      becomes: "channel IN ('VOICE','it''s')",
    },
    {
      name: 'no condition where all are chosen, whatever its brackets',
      sql: `a AND $__conditionalAll(f(x, (\${intent:sqlstring})), $intent) AND $__conditionalAll(y = (1), $channel)`,
      becomes: 'a AND 1=1 AND y = (1)',
    },
    { name: 'plain values', sql: `'\${zone}' $zone '\${path}'`, becomes: "'Asia/Tokyo' Asia/Tokyo ''" },
  ])('$name', ({ sql, becomes }) => {
    expect(expandSql(sql, asked)).toBe(becomes);
  });

  test.each([
    { name: 'a variable that is not there', sql: `\${queue}`, fault: 'there is no variable queue' },
    {
      name: 'a macro that is not known',
      sql: '$__unixEpochFilter(x)',
      fault: 'nothing is known of $__unixEpochFilter(x)',
    },
    { name: 'a format that is not known', sql: `\${channel:csv}`, fault: 'the format csv is not known here' },
  ])('$name is refused', ({ sql, fault }) => {
    expect(() => expandSql(sql, asked)).toThrow(fault);
  });
});
