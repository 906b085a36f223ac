import { PercentUnit, Short } from '@grafana/grafana-foundation-sdk/units';
import { channelColours } from './lib/colours';
import { dashboard } from './lib/dashboard';
import { inOrder, linkTo, number, rows, series, shades } from './lib/panels';
import {
  bucket,
  bucketOf,
  channelOfVolume,
  clickhouseSource,
  intent,
  ofChannel,
  ofIntent,
  timeZone,
} from './lib/variables';

const chosen = `${ofChannel} AND ${ofIntent}`;
const inRange = `$__timeFilter(bucket_start) AND ${chosen}`;
const toPaths = linkTo('Failure paths', 'cd-failure-paths', `\${channel:queryparam}&\${intent:queryparam}`);
const hours = Array.from({ length: 24 }, (_, hour) => String(hour).padStart(2, '0'));

/** Events of the days in the range beside those of the same weekday in the four weeks before. */
const againstWeeksBefore = `
  SELECT toDateTime(day, '\${time_zone}') AS time,
    sumIf(n, weeks = 0) AS events,
    if(countIf(weeks > 0) = 0, NULL, sumIf(n, weeks > 0) / countIf(weeks > 0)) AS "same weekdays before"
  FROM
  (
    SELECT addWeeks(toDate(v.bucket_start, '\${time_zone}'), weeks) AS day, weeks, sum(v.events) AS n
    FROM volume_trends AS v
    ARRAY JOIN [0, 1, 2, 3, 4] AS weeks
    WHERE bucket_start >= $__fromTime - INTERVAL 4 WEEK AND bucket_start <= $__toTime AND ${chosen}
    GROUP BY day, weeks
  )
  WHERE day >= toDate($__fromTime, '\${time_zone}') AND day <= toDate($__toTime, '\${time_zone}')
  GROUP BY day
  HAVING countIf(weeks = 0) > 0
  ORDER BY time`;

export const volumeTrends = dashboard({
  uid: 'cd-volume-trends',
  title: 'Volume trends',
  description:
    'How much comes in, where and when, and against the same weekdays before. From volume_trends: events of customers.',
  variables: [clickhouseSource, channelOfVolume, intent, bucket, timeZone],
  sections: [
    {
      title: 'In this range',
      height: 4,
      panels: [
        number(
          {
            title: 'Events',
            description:
              'Events of customers on the chosen channels. Late ones are in it as soon as they come. An event is no contact: compare figures of one unit only.',
            unit: Short,
            view: 'volume_trends',
          },
          `SELECT sum(v.events) AS events FROM volume_trends AS v WHERE ${inRange}`,
        ),
        number(
          {
            title: 'Events with an intent',
            description:
              'Share of the events on which an intent is stated. Most events (pages, offers, ends of calls) state none; sessions take the most confident of theirs.',
            unit: PercentUnit,
            view: 'volume_trends',
          },
          `SELECT sumIf(v.events, intent != '') / nullIf(sum(v.events), 0) AS "with an intent" FROM volume_trends AS v WHERE ${inRange}`,
          1,
        ),
        number(
          {
            title: 'Busiest hour',
            description: 'Events in the hour of the range that had most.',
            unit: Short,
            view: 'volume_trends',
          },
          `SELECT max(n) AS events FROM (SELECT toStartOfHour(bucket_start) AS hour, sum(v.events) AS n FROM volume_trends AS v WHERE ${inRange} GROUP BY hour)`,
        ),
        number(
          {
            title: 'Legs',
            description:
              'Connections on one channel that arrived, queued or not. From efficiency_metrics; the choice of intents does not apply.',
            unit: Short,
            view: 'efficiency_metrics',
          },
          `SELECT sum(e.legs) AS legs FROM efficiency_metrics AS e WHERE $__timeFilter(bucket_start) AND ${ofChannel}`,
        ),
      ],
    },
    {
      title: 'Over time',
      height: 10,
      panels: [
        series(
          {
            title: 'By channel',
            description:
              'Events per bucket, channel upon channel. A bot or a voice menu is a stage of its channel, no channel of its own.',
            unit: Short,
            view: 'volume_trends',
            links: [toPaths],
          },
          `
          SELECT ${bucketOf('bucket_start')} AS time, channel, toFloat64(sum(v.events)) AS "Value"
          FROM volume_trends AS v
          WHERE ${inRange}
          GROUP BY time, channel
          ORDER BY time, channel`,
          { stacked: true, by: 'channel', colours: channelColours },
        ),
        series(
          {
            title: 'Against the same weekdays before',
            description:
              'Events per day, and the mean of the same weekday in the up to four weeks before. A day still running is lower; where no week before is known there is no line.',
            unit: Short,
            view: 'volume_trends',
          },
          againstWeeksBefore,
          { colours: inOrder('events', 'same weekdays before') },
        ),
      ],
    },
    {
      title: 'By intent and language',
      height: 10,
      panels: [
        series(
          {
            title: 'By intent',
            description: 'Events per bucket on which an intent is stated, by intent. Events without one are left out.',
            unit: Short,
            view: 'volume_trends',
            links: [toPaths],
          },
          `
          SELECT ${bucketOf('bucket_start')} AS time, intent, toFloat64(sum(v.events)) AS "Value"
          FROM volume_trends AS v
          WHERE ${inRange} AND intent != ''
          GROUP BY time, intent
          ORDER BY time, intent`,
          { stacked: true, by: 'intent' },
        ),
        series(
          {
            title: 'By language',
            description:
              'Messages that customers sent, by the language of their text; (not read) where it is unknown. From interactions: it reads the events of the range, so keep the range under some months.',
            unit: Short,
            view: 'interactions',
          },
          `
          SELECT ${bucketOf('occurred_at')} AS time, if(language = '', '(not read)', toString(language)) AS language, toFloat64(count()) AS "Value"
          FROM interactions
          WHERE $__timeFilter_ms(occurred_at) AND event_type = 'message.sent' AND actor_type = 'CUSTOMER' AND customer_id != '' AND ${chosen}
          GROUP BY time, language
          ORDER BY time, language`,
          { stacked: true, by: 'language' },
        ),
      ],
    },
    {
      title: 'When, and where',
      height: 11,
      panels: [
        {
          of: shades(
            {
              title: 'Hour and weekday',
              description:
                'Events by weekday and hour of the chosen time zone, summed over the range: the darker, the more. A range of whole weeks weighs the weekdays alike.',
              view: 'volume_trends',
            },
            `
            SELECT dateName('weekday', toDateTime(day)) AS weekday,
              ${hours.map((hour) => `sumIf(n, hour = ${Number(hour)}) AS "${hour}"`).join(', ')}
            FROM
            (
              SELECT toDate(v.bucket_start, '\${time_zone}') AS day, toHour(v.bucket_start, '\${time_zone}') AS hour, sum(v.events) AS n
              FROM volume_trends AS v
              WHERE ${inRange}
              GROUP BY day, hour
            )
            GROUP BY toDayOfWeek(day) AS number, weekday
            ORDER BY number`,
            {
              weekday: { width: 110 },
              ...Object.fromEntries(hours.map((hour) => [hour, { unit: Short, width: 52 }])),
            },
          ),
          width: 16,
        },
        {
          of: rows(
            {
              title: 'Channels',
              description:
                'Events in the range by channel, and the change against as long a time before it; empty where there is nothing to compare with.',
              view: 'volume_trends',
              links: [toPaths],
            },
            `
            SELECT channel, sumIf(v.events, bucket_start >= $__fromTime) AS events,
              if(sumIf(v.events, bucket_start < $__fromTime) = 0, NULL,
                sumIf(v.events, bucket_start >= $__fromTime) / sumIf(v.events, bucket_start < $__fromTime) - 1) AS change
            FROM volume_trends AS v
            WHERE bucket_start >= $__fromTime - ($__toTime - $__fromTime) AND bucket_start <= $__toTime AND ${chosen}
            GROUP BY channel
            HAVING events > 0
            ORDER BY events DESC, channel`,
            {
              channel: { colours: channelColours },
              events: { unit: Short, bar: true },
              change: { unit: PercentUnit, decimals: 1, width: 90 },
            },
          ),
          width: 8,
        },
      ],
    },
  ],
});
