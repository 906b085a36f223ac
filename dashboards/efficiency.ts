import { Milliseconds, PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { seriesColours } from './lib/colours';
import { dashboard } from './lib/dashboard';
import { inOrder, linkTo, number, rows, series } from './lib/panels';
import {
  bucket,
  bucketOf,
  channelOfLegs,
  choice,
  clickhouseSource,
  ofChannel,
  ofQueue,
  queue,
  timeZone,
} from './lib/variables';

const chosen = `${ofChannel} AND ${ofQueue}`;
const inRange = `$__timeFilter(bucket_start) AND ${chosen}`;
const toPaths = linkTo('Failure paths', 'cd-failure-paths', `\${channel:queryparam}`);
/** Legs of the range by bucket, channel and queue, so that a choice of these can be summed. */
const byBucket = `from = $__fromTime, to = $__toTime, by = ['\${bucket}', 'channel', 'queue'], time_zone = '\${time_zone}'`;
const byQueue = `from = $__fromTime, to = $__toTime, by = ['channel', 'queue'], time_zone = '\${time_zone}'`;
const serviceLevels = `service_levels(${byBucket}, target_seconds = \${target_seconds})`;
const repeats = `repeat_contacts_daily(from = $__fromTime, to = $__toTime, window_days = \${window_days})`;

export const efficiency = dashboard({
  uid: 'cd-efficiency',
  title: 'Efficiency',
  description:
    'Service level in its variants, handle time, waits, abandonment, transfers, repeat contacts and backlog. Rates are sums over sums, by arrival of the legs.',
  variables: [
    clickhouseSource,
    channelOfLegs,
    queue,
    bucket,
    timeZone,
    choice('target_seconds', 'Answer within (s)', ['20', '10', '30', '60']),
    choice('window_days', 'Repeat within (days)', ['7', '1']),
  ],
  sections: [
    {
      title: 'In this range',
      height: 4,
      panels: [
        number(
          {
            title: 'Offered',
            description: 'Legs that entered a queue: answered, abandoned, flowed out or still waiting.',
            unit: Short,
            view: 'efficiency_metrics',
          },
          `SELECT sum(e.offered) AS offered FROM efficiency_metrics AS e WHERE ${inRange}`,
        ),
        number(
          {
            title: 'Service level',
            description:
              'Answered within the target over answered and abandoned (sl_offered, the default variant). Others: see the panel of variants.',
            unit: PercentUnit,
            view: 'service_levels',
          },
          `SELECT sum(s.answered_in_time) / nullIf(sum(s.answered) + sum(s.abandoned), 0) AS "service level" FROM service_levels(${byQueue}, target_seconds = \${target_seconds}) AS s WHERE ${chosen}`,
          1,
        ),
        number(
          {
            title: 'Speed of answer',
            description: 'Mean queue wait of answered legs (ASA): sum of waits over answered legs.',
            unit: Seconds,
            view: 'efficiency_metrics',
          },
          `SELECT sum(e.wait_ms_answered) / nullIf(sum(e.answered), 0) / 1000 AS asa FROM efficiency_metrics AS e WHERE ${inRange}`,
          1,
        ),
        number(
          {
            title: 'Handle time',
            description: 'Mean handle time (AHT): talk, hold and after-contact work over handled legs.',
            unit: Seconds,
            view: 'efficiency_metrics',
          },
          `SELECT (sum(e.talk_ms) + sum(e.hold_ms) + sum(e.acw_ms)) / nullIf(sum(e.handled), 0) / 1000 AS aht FROM efficiency_metrics AS e WHERE ${inRange}`,
          0,
        ),
        number(
          {
            title: 'Abandoned',
            description: 'Abandoned over offered legs, short hang-ups included.',
            unit: PercentUnit,
            view: 'abandonments',
          },
          `SELECT sum(e.abandoned) / nullIf(sum(e.offered), 0) AS "abandon rate" FROM efficiency_metrics AS e WHERE ${inRange}`,
          1,
        ),
        number(
          {
            title: 'Transferred',
            description: 'Transfers over handled legs, of every kind.',
            unit: PercentUnit,
            view: 'transfers',
          },
          `SELECT sum(e.transfers) / nullIf(sum(e.handled), 0) AS "transfer rate" FROM efficiency_metrics AS e WHERE ${inRange}`,
          1,
        ),
      ],
    },
    {
      title: 'Waiting',
      height: 10,
      panels: [
        series(
          {
            title: 'Service level, by whose formula',
            description:
              'The same legs by five formulas of the trade. sl_offered: answered in time over answered and abandoned. Over answered: abandons are not seen. Excluding short: hang-ups within the short-abandon limit left out. Abandons ignored: those within the target left out. Dequeued: left the queue in time by whatever way, over offered.',
            unit: PercentUnit,
            view: 'service_levels',
          },
          `
          SELECT period_start AS time,
            sum(s.answered_in_time) / nullIf(sum(s.answered) + sum(s.abandoned), 0) AS sl_offered,
            sum(s.answered_in_time) / nullIf(sum(s.answered), 0) AS sl_answered_over_answered,
            sum(s.answered_in_time) / nullIf(sum(s.answered) + sum(s.abandoned) - sum(s.short_abandoned), 0) AS sl_excl_short,
            sum(s.answered_in_time) / nullIf(sum(s.answered) + sum(s.abandoned) - sum(s.abandoned_in_time), 0) AS sl_abandons_ignored,
            (sum(s.answered_in_time) + sum(s.abandoned_in_time) + sum(s.flow_outs_in_time)) / nullIf(sum(s.offered), 0) AS sl_dequeued
          FROM ${serviceLevels} AS s
          WHERE ${chosen}
          GROUP BY time
          ORDER BY time`,
          {
            max: 1,
            colours: inOrder(
              'sl_offered',
              'sl_answered_over_answered',
              'sl_excl_short',
              'sl_abandons_ignored',
              'sl_dequeued',
            ),
          },
        ),
        series(
          {
            title: 'Queue waits',
            description:
              'Mean wait of answered and of abandoned legs per bucket: sums over sums. The mean hides the long waits: their percentiles are in the table of queues.',
            unit: Seconds,
            view: 'efficiency_metrics',
          },
          `
          SELECT ${bucketOf('bucket_start')} AS time,
            sum(e.wait_ms_answered) / nullIf(sum(e.answered), 0) / 1000 AS "until the answer",
            sum(e.wait_ms_abandoned) / nullIf(sum(e.abandoned), 0) / 1000 AS "until the hang-up"
          FROM efficiency_metrics AS e
          WHERE ${inRange}
          GROUP BY time
          ORDER BY time`,
          { colours: inOrder('until the answer', 'until the hang-up') },
        ),
      ],
    },
    {
      title: 'Giving up, and handling',
      height: 10,
      panels: [
        series(
          {
            title: 'Abandonment',
            description:
              'Abandoned over offered, and the same with short hang-ups (wrong numbers) taken out above and below.',
            unit: PercentUnit,
            view: 'abandonments',
            links: [toPaths],
          },
          `
          SELECT ${bucketOf('bucket_start')} AS time,
            sum(e.abandoned) / nullIf(sum(e.offered), 0) AS abandon_rate,
            (sum(e.abandoned) - sum(e.short_abandoned)) / nullIf(sum(e.offered) - sum(e.short_abandoned), 0) AS abandon_rate_excl_short
          FROM efficiency_metrics AS e
          WHERE ${inRange}
          GROUP BY time
          ORDER BY time`,
          { colours: inOrder('abandon_rate', 'abandon_rate_excl_short') },
        ),
        series(
          {
            title: 'Handle time in its parts',
            description:
              'Talk, hold and after-contact work per handled leg; together they are the handle time (AHT). Legs of which nothing is known count as 0.',
            unit: Seconds,
            view: 'handle_times',
          },
          `
          SELECT ${bucketOf('bucket_start')} AS time,
            sum(e.talk_ms) / nullIf(sum(e.handled), 0) / 1000 AS talk,
            sum(e.hold_ms) / nullIf(sum(e.handled), 0) / 1000 AS hold,
            sum(e.acw_ms) / nullIf(sum(e.handled), 0) / 1000 AS "after-contact work"
          FROM efficiency_metrics AS e
          WHERE ${inRange}
          GROUP BY time
          ORDER BY time`,
          { stacked: true, colours: inOrder('talk', 'hold', 'after-contact work') },
        ),
      ],
    },
    {
      title: 'Queues',
      height: 10,
      panels: [
        rows(
          {
            title: 'Queues',
            description:
              'Each queue over the whole range. Percentiles of waits are made from sums that add up, right to half a percent. Mail and back office wait for hours: their waits are no calls.',
            view: 'service_levels',
            links: [toPaths],
          },
          `
          SELECT channel, queue, offered, answered, abandoned / nullIf(offered, 0) AS abandon_rate, sl_offered,
            asa_ms, p50_answered_wait_ms AS p50_ms, p90_answered_wait_ms AS p90_ms, aht_ms, transfer_rate
          FROM service_levels(${byQueue}, target_seconds = \${target_seconds}) AS s
          LEFT JOIN (SELECT channel, queue, p50_answered_wait_ms, p90_answered_wait_ms FROM wait_percentiles(${byQueue})) AS w USING (channel, queue)
          LEFT JOIN (SELECT channel, queue, aht_ms FROM handle_times(${byQueue})) AS h USING (channel, queue)
          LEFT JOIN (SELECT channel, queue, transfer_rate FROM transfers(${byQueue})) AS t USING (channel, queue)
          WHERE ${chosen} AND queue != ''
          ORDER BY offered DESC, channel, queue`,
          {
            offered: { unit: Short, bar: true },
            answered: { unit: Short },
            abandon_rate: { unit: PercentUnit, decimals: 1 },
            sl_offered: { unit: PercentUnit, decimals: 1 },
            asa_ms: { unit: Milliseconds, decimals: 1 },
            p50_ms: { unit: Milliseconds, decimals: 1 },
            p90_ms: { unit: Milliseconds, decimals: 1 },
            aht_ms: { unit: Milliseconds, decimals: 1 },
            transfer_rate: { unit: PercentUnit, decimals: 1 },
          },
        ),
      ],
    },
    {
      title: 'Handing on',
      height: 10,
      panels: [
        series(
          {
            title: 'Transfers by kind',
            description:
              'Transfers of handled legs: cold (straight on), warm (announced), through a queue, to the outside, other.',
            unit: Short,
            view: 'transfers',
          },
          `
          SELECT period_start AS time, sum(t.transfers_cold) AS cold, sum(t.transfers_warm) AS warm, sum(t.transfers_queue) AS queue_again,
            sum(t.transfers_external) AS external, sum(t.transfers_other) AS other
          FROM transfers(${byBucket}) AS t
          WHERE ${chosen}
          GROUP BY time
          ORDER BY time`,
          { stacked: true, colours: inOrder('cold', 'warm', 'queue_again', 'external', 'other') },
        ),
      ],
    },
    {
      title: 'Coming back',
      height: 10,
      panels: [
        series(
          {
            title: 'Repeat contacts, and whom that speaks of',
            description:
              'Share of measured contacts that were followed by another inbound contact within the window, on any channel and about anything; and the share of contacts whose customer is known: the rate can speak of these alone. Contacts whose window has not wholly elapsed are not measured. Whole days of UTC, written down every hour: the last hour may be missing. The choice of queues does not apply.',
            unit: PercentUnit,
            view: 'repeat_contacts',
          },
          `
          SELECT toDateTime(day, 'UTC') AS time, sum(r.repeated) / nullIf(sum(r.measured), 0) AS repeat_contact_rate,
            sum(r.identified) / nullIf(sum(r.contacts), 0) AS identity_coverage
          FROM ${repeats} AS r
          WHERE ${ofChannel}
          GROUP BY time
          ORDER BY time`,
          { max: 1, colours: inOrder('repeat_contact_rate', 'identity_coverage') },
        ),
      ],
    },
    {
      title: 'Backlog',
      height: 10,
      panels: [
        series(
          {
            title: 'Open cases by age',
            description:
              'Cases open when each day of the time zone ended, by their age. Only whole days that are loaded. The choice of queues does not apply.',
            unit: Short,
            view: 'backlog_daily',
          },
          `
          SELECT toDateTime(day, '\${time_zone}') AS time, sum(b.age_under_1d) AS "under 1 day", sum(b.age_1d_to_3d) AS "1 to 3 days",
            sum(b.age_3d_to_7d) AS "3 to 7 days", sum(b.age_7d_to_30d) AS "7 to 30 days", sum(b.age_over_30d) AS "over 30 days"
          FROM backlog_daily(from = $__fromTime, to = $__toTime, time_zone = '\${time_zone}') AS b
          WHERE ${ofChannel}
          GROUP BY time
          ORDER BY time`,
          {
            stacked: true,
            colours: {
              'under 1 day': seriesColours[5],
              '1 to 3 days': seriesColours[0],
              '3 to 7 days': seriesColours[6],
              '7 to 30 days': seriesColours[1],
              'over 30 days': seriesColours[3],
            },
          },
        ),
        series(
          {
            title: 'Cases opened and solved',
            description:
              'Cases opened, reopened and solved per day of the time zone. Where opened exceeds solved for long, the backlog grows.',
            unit: Short,
            view: 'backlog_daily',
          },
          `
          SELECT toDateTime(day, '\${time_zone}') AS time, sum(b.opened) AS opened, sum(b.reopened) AS reopened, sum(b.solved) AS solved
          FROM backlog_daily(from = $__fromTime, to = $__toTime, time_zone = '\${time_zone}') AS b
          WHERE ${ofChannel}
          GROUP BY time
          ORDER BY time`,
          { colours: inOrder('opened', 'reopened', 'solved') },
        ),
      ],
    },
  ],
});
