import { Minutes, PercentUnit, Short } from '@grafana/grafana-foundation-sdk/units';
import { channelColours, outcomeColours } from './lib/colours';
import { dashboard } from './lib/dashboard';
import { bars, graph, linkTo, number, rows, series } from './lib/panels';
import { channelOfVolume, clickhouseSource, intent, ofIntent, text } from './lib/variables';

/** A path is chosen by its channels: those that any of its steps was on. */
const onChannel = `$__conditionalAll(arrayExists(step -> extract(step, '^\\\\w+') IN (\${channel:sqlstring}), path), $channel)`;
const inRange = `$__dateFilter(day) AND ${onChannel} AND ${ofIntent}`;
const ofPath = `arrayStringConcat(path, ' > ')`;
const toEfficiency = linkTo('Efficiency', 'cd-efficiency', `\${channel:queryparam}`);
const toTimeline = {
  title: 'Everything this customer did',
  url: `/d/cd-customer-timeline?\${__url_time_range}&\${clickhouse:queryparam}&var-customer=\${__value.raw}`,
};
const toSessions = {
  title: 'Sessions that went this way',
  url: `/d/cd-failure-paths?\${__url_time_range}&\${clickhouse:queryparam}&\${channel:queryparam}&\${intent:queryparam}&var-path=\${__value.raw}`,
};
/** Labels of paths are channels, or a channel's self-service: that takes the lighter shade of it. */
const labelColours = {
  ...channelColours,
  'VOICE.SELF_SERVICE': '#7FB8D8',
  'CHAT.SELF_SERVICE': '#F2CF7F',
  'MESSAGING.SELF_SERVICE': '#EAAE7F',
};

/** Each session of the range as steps that follow one another, from CUSTOMER to WORKED or NEVER WORKED. */
const steps = `
  SELECT arrayJoin(arrayZip(arrayPopBack(labels), arrayPopFront(labels))) AS step, sum(n) AS sessions
  FROM
  (
    SELECT arrayConcat(['CUSTOMER'], arrayMap(one -> splitByChar(':', toString(one))[1], path), [if(worked, 'WORKED', 'NEVER WORKED')]) AS labels, n
    FROM
    (
      SELECT path, rescued_by_channel != '' OR sessions_with_success > 0 AS worked, sum(p.sessions) AS n
      FROM channel_failure_paths AS p
      WHERE ${inRange}
      GROUP BY path, worked
      ORDER BY n DESC
      LIMIT 200
    )
  )
  GROUP BY step
  HAVING step.1 != step.2`;

export const channelFailurePaths = dashboard({
  uid: 'cd-failure-paths',
  title: 'Channel-failure paths',
  description:
    'What was tried and failed before it worked, or never worked. From channel_failure_paths: sessions with at least one failed leg. Days are UTC; the newest still grow.',
  variables: [clickhouseSource, channelOfVolume, intent, text('path', 'Path', '')],
  sections: [
    {
      title: 'In this range',
      height: 4,
      panels: [
        number(
          {
            title: 'Sessions with a failure',
            description: 'Sessions in which at least one leg failed, was abandoned or escalated.',
            unit: Short,
            view: 'channel_failure_paths',
          },
          `SELECT sum(p.sessions) AS sessions FROM channel_failure_paths AS p WHERE ${inRange}`,
        ),
        number(
          {
            title: 'Rescued',
            description: 'Share of these sessions in which something worked after the failure.',
            unit: PercentUnit,
            view: 'channel_failure_paths',
          },
          `SELECT sumIf(p.sessions, rescued_by_channel != '') / nullIf(sum(p.sessions), 0) AS rescued FROM channel_failure_paths AS p WHERE ${inRange}`,
          1,
        ),
        number(
          {
            title: 'Time until it worked',
            description:
              'From the start of the session to the end of its first successful leg, mean of the sessions in which one succeeded: sum over sum.',
            unit: Minutes,
            view: 'channel_failure_paths',
          },
          `SELECT sum(p.time_to_success_ms) / nullIf(sum(p.sessions_with_success), 0) / 60000 AS minutes FROM channel_failure_paths AS p WHERE ${inRange}`,
          1,
        ),
        number(
          {
            title: 'Of all sessions',
            description:
              'Sessions with a failure over all sessions that began in the range. The choice of channels and intents does not apply to it.',
            unit: PercentUnit,
            view: 'sessions_current',
          },
          `SELECT countIf(first_failed_channel != '') / nullIf(count(), 0) AS "with a failure" FROM sessions_current WHERE started_at >= $__fromTime AND started_at <= $__toTime`,
          1,
        ),
      ],
    },
    {
      title: 'Paths',
      height: 12,
      panels: [
        {
          of: rows(
            {
              title: 'Most frequent paths',
              description:
                'Each leg in order as CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours as one. A path is a link to its sessions, below. Minutes: until it worked; empty where it never did.',
              view: 'channel_failure_paths',
              links: [toEfficiency],
            },
            `
            SELECT ${ofPath} AS went, sum(p.sessions) AS sessions,
              sum(p.time_to_success_ms) / nullIf(sum(p.sessions_with_success), 0) / 60000 AS minutes
            FROM channel_failure_paths AS p
            WHERE ${inRange}
            GROUP BY path
            ORDER BY sessions DESC, went
            LIMIT 50`,
            {
              went: { title: 'path', link: toSessions },
              sessions: { unit: Short, width: 160, bar: true },
              minutes: { unit: Minutes, decimals: 1, width: 110, title: 'until it worked' },
            },
          ),
          width: 12,
        },
        {
          of: graph(
            {
              title: 'From step to step',
              description:
                'Where customers went next, over the 200 most frequent paths. Numbers are sessions; the vermilion part of a ring is the share of them that ended there, with nothing that ever worked.',
              unit: Short,
              view: 'channel_failure_paths',
            },
            `
            WITH edges AS (${steps})
            SELECT step.1 AS id, id AS title, sum(edges.sessions) AS mainstat,
              1 - arc__never AS arc__went_on,
              if(id = 'WORKED', 0, if(id = 'NEVER WORKED', 1, sumIf(edges.sessions, step.2 = 'NEVER WORKED') / sum(edges.sessions))) AS arc__never
            FROM (SELECT step, edges.sessions AS sessions FROM edges UNION ALL SELECT (step.2, '') AS step, edges.sessions FROM edges WHERE step.2 IN ('WORKED', 'NEVER WORKED')) AS edges
            GROUP BY id
            ORDER BY mainstat DESC, id`,
            `
            SELECT concat(step.1, ' > ', step.2) AS id, step.1 AS source, step.2 AS target, sessions AS mainstat
            FROM (${steps})
            ORDER BY mainstat DESC, id`,
            { arc__went_on: '#0072B2', arc__never: '#D55E00' },
          ),
          width: 12,
        },
      ],
    },
    {
      title: 'Where it fails, and who rescues',
      height: 11,
      panels: [
        series(
          {
            title: 'First failures by channel',
            description: 'Sessions by the path label of their first failed leg, per UTC day of their start.',
            unit: Short,
            view: 'channel_failure_paths',
          },
          `
          SELECT toDateTime(day, 'UTC') AS time, first_failed_channel AS label, toFloat64(sum(p.sessions)) AS "Value"
          FROM channel_failure_paths AS p
          WHERE ${inRange}
          GROUP BY time, label
          ORDER BY time, label`,
          { stacked: true, by: 'label', colours: labelColours },
        ),
        rows(
          {
            title: 'Who rescues whom',
            description:
              'First failed label beside the label on which something first worked afterwards; (never) where nothing did.',
            view: 'channel_failure_paths',
          },
          `
          SELECT first_failed_channel AS failed, if(rescued_by_channel = '', '(never)', toString(rescued_by_channel)) AS rescued_by, sum(p.sessions) AS sessions
          FROM channel_failure_paths AS p
          WHERE ${inRange}
          GROUP BY failed, rescued_by
          ORDER BY sessions DESC, failed, rescued_by
          LIMIT 100`,
          {
            failed: { colours: labelColours },
            rescued_by: { colours: { ...labelColours, '(never)': outcomeColours.FAILURE } },
            sessions: { unit: Short, bar: true },
          },
        ),
      ],
    },
    {
      title: 'What it costs',
      height: 11,
      panels: [
        bars(
          {
            title: 'Time lost until it worked, by first failure',
            description:
              'Minutes from the start of a session to the end of its first success, mean of the sessions rescued: sum over sum. Labels with fewer than 20 rescued sessions are left out.',
            unit: Minutes,
            view: 'channel_failure_paths',
          },
          `
          SELECT toString(first_failed_channel) AS failed, round(sum(p.time_to_success_ms) / sum(p.sessions_with_success) / 60000, 1) AS minutes
          FROM channel_failure_paths AS p
          WHERE ${inRange} AND rescued_by_channel != ''
          GROUP BY failed
          HAVING sum(p.sessions_with_success) >= 20
          ORDER BY minutes DESC, failed`,
          'failed',
        ),
        rows(
          {
            title: 'Steps that fail',
            description:
              'Single events that show a failure, and how many people met them. Customers are distinct and do not add up. From interactions: it reads the events of the range.',
            view: 'interactions',
          },
          `
          SELECT channel, failure_step AS step, count() AS times, uniq(customer_id) AS customers
          FROM interactions
          WHERE $__timeFilter_ms(occurred_at) AND failure_step != '' AND $__conditionalAll(channel IN (\${channel:sqlstring}), $channel)
          GROUP BY channel, step
          ORDER BY times DESC, channel, step
          LIMIT 50`,
          {
            channel: { colours: channelColours },
            times: { unit: Short, bar: true },
            customers: { unit: Short, width: 110 },
          },
        ),
      ],
    },
    {
      title: 'Sessions',
      height: 12,
      panels: [
        rows(
          {
            title: 'Sessions of the path',
            description:
              'The newest sessions with a failure that went the way given under Path (any, if none is given). A customer is a link to everything that this person did.',
            view: 'sessions_current',
          },
          `
          SELECT started_at, customer_id, ${ofPath} AS path, toString(intent) AS intent, toString(outcome) AS outcome,
            failures_before_success AS failures, time_to_success_ms / 60000 AS minutes, leg_count AS legs
          FROM sessions_current AS s
          WHERE s.started_at >= $__fromTime AND s.started_at <= $__toTime AND s.first_failed_channel != ''
            AND (\${path:sqlstring} = '' OR arrayStringConcat(s.path, ' > ') = \${path:sqlstring})
            AND $__conditionalAll(hasAny(s.channels, [\${channel:sqlstring}]), $channel)
            AND $__conditionalAll(s.intent IN (\${intent:sqlstring}), $intent)
          ORDER BY started_at DESC, customer_id
          LIMIT 100`,
          {
            started_at: { width: 170 },
            customer_id: { width: 150, link: toTimeline },
            outcome: { width: 110, colours: outcomeColours },
            failures: { unit: Short, width: 80 },
            minutes: { unit: Minutes, decimals: 1, width: 110, title: 'until it worked' },
            legs: { unit: Short, width: 70 },
          },
        ),
      ],
    },
  ],
});
