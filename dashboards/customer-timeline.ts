import { Minutes, NoUnit, Short } from '@grafana/grafana-foundation-sdk/units';
import { channelColours, outcomeColours } from './lib/colours';
import { dashboard } from './lib/dashboard';
import { linkTo, number, rows, series } from './lib/panels';
import { clickhouseSource, one } from './lib/variables';

const who = `customer_id = \${customer:sqlstring}`;
const timeline = `customer_timeline(${who}, from = $__fromTime, to = $__toTime)`;
const toPaths = linkTo('Failure paths', 'cd-failure-paths');

export const customerTimeline = dashboard({
  uid: 'cd-customer-timeline',
  title: 'Customer timeline',
  description:
    'What one person went through, on all channels, in order. Identities are shown as they are stored; who may see this dashboard may see people.',
  from: 'now-30d',
  variables: [
    clickhouseSource,
    one(
      'customer',
      'Customer',
      `
      SELECT customer_id
      FROM sessions_current AS s
      WHERE s.started_at >= $__fromTime AND s.started_at <= $__toTime AND s.first_failed_channel != ''
      ORDER BY s.emotion_end IS NULL, s.failures_before_success DESC, s.leg_count DESC, customer_id
      LIMIT 1 BY customer_id
      LIMIT 50`,
    ).description('Those with most failures in the range are offered; any customer_id can be typed in.'),
  ],
  sections: [
    {
      title: 'In this range',
      height: 4,
      panels: [
        number(
          {
            title: 'Events',
            description: 'Events of this customer, on all channels.',
            unit: Short,
            view: 'customer_timeline',
          },
          `SELECT count() AS events FROM ${timeline}`,
        ),
        number(
          {
            title: 'Sessions',
            description: 'Contiguous demands across channels that began in the range.',
            unit: Short,
            view: 'sessions_current',
          },
          `SELECT count() AS sessions FROM sessions_current WHERE ${who} AND started_at >= $__fromTime AND started_at <= $__toTime`,
        ),
        number(
          {
            title: 'With a failure',
            description: 'Of these sessions, those in which a leg failed.',
            unit: Short,
            view: 'sessions_current',
          },
          `SELECT countIf(first_failed_channel != '') AS "with a failure" FROM sessions_current WHERE ${who} AND started_at >= $__fromTime AND started_at <= $__toTime`,
        ),
        number(
          {
            title: 'Channels',
            description: 'Distinct channels that this customer used.',
            unit: Short,
            view: 'customer_timeline',
          },
          `SELECT uniqExact(channel) AS channels FROM ${timeline}`,
        ),
      ],
    },
    {
      title: 'Sessions',
      height: 8,
      panels: [
        rows(
          {
            title: 'Sessions of this customer',
            description: 'Each session with its path, what it ended in, and the minutes until something worked.',
            view: 'sessions_current',
            links: [toPaths],
          },
          `
          SELECT started_at, dateDiff('second', started_at, ended_at) / 60 AS lasted, arrayStringConcat(path, ' > ') AS path,
            toString(intent) AS intent, toString(outcome) AS outcome, time_to_success_ms / 60000 AS until_success, emotion_start, emotion_end
          FROM sessions_current AS s
          WHERE ${who} AND s.started_at >= $__fromTime AND s.started_at <= $__toTime
          ORDER BY started_at DESC
          LIMIT 200`,
          {
            started_at: { width: 170 },
            lasted: { unit: Minutes, decimals: 1, width: 110 },
            outcome: { width: 110, colours: outcomeColours },
            until_success: { unit: Minutes, decimals: 1, width: 120, title: 'until it worked' },
            emotion_start: { decimals: 1, width: 90, title: 'felt first' },
            emotion_end: { decimals: 1, width: 90, title: 'felt last' },
          },
        ),
      ],
    },
    {
      title: 'Event by event',
      height: 9,
      panels: [
        series(
          {
            title: 'When, on which channel',
            description: 'Events of this customer per hour, by channel.',
            unit: Short,
            view: 'customer_timeline',
          },
          `
          SELECT toStartOfHour(occurred_at) AS time, toString(channel) AS channel, toFloat64(count()) AS "Value"
          FROM ${timeline}
          GROUP BY time, channel
          ORDER BY time, channel`,
          { stacked: true, by: 'channel', colours: channelColours },
        ),
        series(
          {
            title: 'What the customer felt',
            description:
              'Emotion score of the customer’s own words, -1 (bad) to 1 (good), where one is known; what is unknown is left out, not shown as 0.',
            unit: NoUnit,
            view: 'customer_timeline',
          },
          `
          SELECT toStartOfMinute(occurred_at) AS time, avg(emotion_score) AS felt
          FROM ${timeline}
          WHERE emotion_score IS NOT NULL
          GROUP BY time
          ORDER BY time`,
        ).min(-1),
      ],
    },
    {
      title: 'Everything',
      height: 16,
      panels: [
        rows(
          {
            title: 'Timeline',
            description:
              'What was tried, what failed, what was felt, asked and resolved, newest last. Late events stand where they belong.',
            view: 'customer_timeline',
          },
          `
          SELECT occurred_at, channel, event_type, tried, toString(failure_step) AS failed, emotion_score AS felt, toString(intent) AS asked,
            toString(leg_outcome) AS leg_outcome, toString(queue) AS queue, toString(agent_id) AS agent
          FROM ${timeline}
          ORDER BY occurred_at, event_id
          LIMIT 1000`,
          {
            occurred_at: { width: 170, title: 'at' },
            channel: { width: 130, colours: channelColours },
            event_type: { title: 'what' },
            felt: { decimals: 1, width: 80 },
            leg_outcome: { width: 110, title: 'leg', colours: outcomeColours },
          },
        ),
      ],
    },
  ],
});
