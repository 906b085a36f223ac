import { NoUnit, PercentUnit, Short } from '@grafana/grafana-foundation-sdk/units';
import { bad, channelColours, good, seriesColours } from './lib/colours';
import { dashboard } from './lib/dashboard';
import { inOrder, linkTo, number, rows, series } from './lib/panels';
import { channelOfLegs, choice, clickhouseSource, ofChannel, timeZone } from './lib/variables';

const toPaths = linkTo('Failure paths', 'cd-failure-paths', `\${channel:queryparam}`);
const sessions = `
  FROM sessions_current AS s
  WHERE s.started_at >= $__fromTime AND s.started_at <= $__toTime
    AND $__conditionalAll(hasAny(s.channels, [\${channel:sqlstring}]), $channel)`;
const localDay = (column: string): string => `toDateTime(toStartOfDay(${column}, '\${time_zone}'), '\${time_zone}')`;
const surveys = `survey_responses(from = $__fromTime, to = $__toTime)`;
const resolution = `durable_resolution_daily(from = $__fromTime, to = $__toTime, window_days = \${window_days})`;
const kinds = { 'no failure': good, 'failed, rescued': seriesColours[1], 'failed, not rescued': bad };
const kind = `multiIf(first_failed_channel = '', 'no failure', rescued_by_channel = '', 'failed, not rescued', 'failed, rescued')`;

export const customerExperience = dashboard({
  uid: 'cd-customer-experience',
  title: 'Customer experience',
  description:
    'What customers felt, what they answered when asked, and whether what was resolved stayed so. Scores come from texts and surveys of customers; never from workers.',
  variables: [clickhouseSource, channelOfLegs, timeZone, choice('window_days', 'Durable for (days)', ['7', '1'])],
  sections: [
    {
      title: 'In this range',
      height: 4,
      panels: [
        number(
          {
            title: 'Emotion at the end',
            description:
              'Mean of the last known emotion score of each session, -1 to 1. Sessions without one are left out, not counted as neutral.',
            unit: NoUnit,
            view: 'sessions_current',
          },
          `SELECT avg(emotion_end) AS "at the end" ${sessions}`,
          2,
        ),
        number(
          {
            title: 'Change within the session',
            description:
              'Mean of last less first emotion score of the sessions that have both: above 0 people leave happier than they came.',
            unit: NoUnit,
            view: 'sessions_current',
          },
          `SELECT avg(emotion_end - emotion_start) AS change ${sessions}`,
          2,
        ),
        number(
          {
            title: 'Sessions with an emotion',
            description: 'Share of sessions in which any emotion is known: the figures beside speak of these alone.',
            unit: PercentUnit,
            view: 'sessions_current',
          },
          `SELECT count(emotion_end) / nullIf(count(), 0) AS known ${sessions}`,
          1,
        ),
      ],
    },
    {
      title: 'Emotion',
      height: 10,
      panels: [
        series(
          {
            title: 'Emotion at the end, by what happened',
            description:
              'Mean of the last emotion score of sessions per day of their start, by whether something failed and was rescued. Compare scores of one model only: models differ in their zero.',
            unit: NoUnit,
            view: 'sessions_current',
            links: [toPaths],
          },
          `
          SELECT ${localDay('s.started_at')} AS time, ${kind} AS kind, avg(emotion_end) AS "Value"
          ${sessions} AND emotion_end IS NOT NULL
          GROUP BY time, kind
          ORDER BY time, kind`,
          { by: 'kind', colours: kinds, decimals: 2 },
        )
          .min(-1)
          .max(1),
        rows(
          {
            title: 'Emotion by channel',
            description:
              'First and last emotion score of legs by channel, and on how many legs it is known. From legs_current.',
            view: 'legs_current',
          },
          `
          SELECT channel, count() AS legs, count(emotion_end) AS with_emotion, avg(emotion_start) AS at_start, avg(emotion_end) AS at_end,
            avg(emotion_end - emotion_start) AS shift
          FROM legs_current AS l
          WHERE l.arrived_at >= $__fromTime AND l.arrived_at <= $__toTime AND ${ofChannel}
          GROUP BY channel
          HAVING with_emotion > 0
          ORDER BY with_emotion DESC, channel`,
          {
            channel: { colours: channelColours },
            legs: { unit: Short },
            with_emotion: { unit: Short, bar: true, title: 'with emotion' },
            at_start: { decimals: 2, title: 'at start' },
            at_end: { decimals: 2, title: 'at end' },
            shift: { decimals: 2 },
          },
        ),
      ],
    },
    {
      title: 'Surveys',
      height: 10,
      panels: [
        rows(
          {
            title: 'CSAT, NPS and CES, with how many answered',
            description:
              'By kind of survey, by time of invitation. CSAT, CES and FCR are shares of good answers; NPS is from -100 to 100. Under 30 answers chance moves a score more than people do: read it with the response rate.',
            view: 'survey_scores',
          },
          `
          SELECT survey_kind AS survey, sum(s.invited) AS invitations, sum(s.valid_of_invited) / nullIf(sum(s.invited), 0) AS response_rate,
            sum(s.valid) AS responses,
            if(survey = 'NPS', NULL, sum(s.positive) / nullIf(sum(s.valid), 0)) AS good_answers,
            if(survey = 'NPS', 100 * (sum(s.positive) - sum(s.negative)) / nullIf(sum(s.valid), 0), NULL) AS nps,
            if(responses < 30, 'small sample', '') AS note
          FROM
          (
            SELECT survey_kind, toInt64(invited_at IS NOT NULL) AS invited, toInt64(invited_at IS NOT NULL AND is_valid) AS valid_of_invited,
              toInt64(is_valid) AS valid, toInt64(is_positive) AS positive, toInt64(is_negative) AS negative
            FROM ${surveys}
            WHERE ${ofChannel}
          ) AS s
          GROUP BY survey_kind
          ORDER BY survey`,
          {
            invitations: { unit: Short },
            response_rate: { unit: PercentUnit, decimals: 1, title: 'response rate' },
            responses: { unit: Short, bar: true },
            good_answers: { unit: PercentUnit, decimals: 1, title: 'good answers' },
            nps: { decimals: 1, title: 'NPS' },
          },
        ),
        series(
          {
            title: 'Good answers per day',
            description:
              'Share of good answers to CSAT and CES surveys and of promoters less detractors of NPS (as a share, -1 to 1), per day of the invitation. A day has few answers: look at the table for how many.',
            unit: PercentUnit,
            view: 'survey_scores',
          },
          `
          SELECT ${localDay('surveyed_at')} AS time, toString(survey_kind) AS survey,
            (sum(toInt64(is_positive)) - sum(toInt64(is_negative))) / sum(toInt64(is_valid)) AS "Value"
          FROM ${surveys}
          WHERE ${ofChannel} AND is_valid
          GROUP BY time, survey
          ORDER BY time, survey`,
          { by: 'survey', colours: inOrder('CSAT', 'NPS', 'CES', 'FCR') },
        )
          .min(-1)
          .max(1),
      ],
    },
    {
      title: 'Does it last?',
      height: 10,
      panels: [
        number(
          {
            title: 'Durable resolution',
            description:
              'Closed contacts not followed by an inbound contact within the window, over those whose window has wholly elapsed. Whole days of UTC, written down every hour.',
            unit: PercentUnit,
            view: 'durable_resolution',
          },
          `SELECT sum(d.durable) / nullIf(sum(d.measured), 0) AS durable FROM ${resolution} AS d WHERE ${ofChannel}`,
          1,
        ),
        series(
          {
            title: 'Durable resolution, by who resolved',
            description:
              'Durable over measured closed contacts per UTC day of their start, written down every hour. A contact closed by a time-out or an operator is no resolution by the bot.',
            unit: PercentUnit,
            view: 'durable_resolution',
          },
          `
          SELECT toDateTime(day, 'UTC') AS time, toString(resolved_by) AS who, sum(d.durable) / sum(d.measured) AS "Value"
          FROM ${resolution} AS d
          WHERE ${ofChannel}
          GROUP BY time, who
          HAVING sum(d.measured) > 0
          ORDER BY time, who`,
          { by: 'who', max: 1, colours: inOrder('human', 'bot', 'customer', 'timeout', 'automation', 'operator') },
        ),
        rows(
          {
            title: 'Durable resolution by channel',
            description:
              'Closed contacts by the channel of their first leg and who closed them; durable over those measured. Whole days of UTC, written down every hour.',
            view: 'durable_resolution',
            links: [toPaths],
          },
          `
          SELECT channel, toString(resolved_by) AS "resolved by", sum(d.closed) AS closed, sum(d.measured) AS measured,
            sum(d.durable) / nullIf(sum(d.measured), 0) AS durable
          FROM ${resolution} AS d
          WHERE ${ofChannel}
          GROUP BY channel, resolved_by
          ORDER BY closed DESC, channel, resolved_by`,
          {
            channel: { colours: channelColours },
            closed: { unit: Short, bar: true },
            measured: { unit: Short },
            durable: { unit: PercentUnit, decimals: 1 },
          },
        ),
      ],
    },
  ],
});
