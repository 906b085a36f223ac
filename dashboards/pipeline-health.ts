import { PercentUnit, Seconds, Short } from '@grafana/grafana-foundation-sdk/units';
import { outcomeColours } from './lib/colours';
import { dashboard } from './lib/dashboard';
import { number, promSeries, rows } from './lib/panels';
import { clickhouseSource, prometheusSource } from './lib/variables';

const rate = (metric: string, by: string): string => `sum by (${by}) (rate(${metric}[$__rate_interval]))`;
const percentile = (share: number, metric: string, by: string): string =>
  `histogram_quantile(${share}, sum by (${by}, le) (rate(${metric}_bucket[$__rate_interval])))`;

export const pipelineHealth = dashboard({
  uid: 'cd-pipeline-health',
  title: 'Pipeline health',
  description: 'Whether events arrive, how far behind each step is, what is refused, and until when figures are final.',
  from: 'now-6h',
  refresh: '30s',
  variables: [clickhouseSource, prometheusSource],
  sections: [
    {
      title: 'Can the figures be trusted?',
      height: 4,
      panels: [
        number(
          {
            title: 'Sessions are final until',
            description:
              'All events before this time are loaded and joined, late ones of the agreed lateness included: audit_safe_until. Of all data, whatever the range.',
            unit: 'dateTimeAsIso',
            view: 'audit_safe_until',
          },
          `SELECT toUnixTimestamp64Milli(assumeNotNull(audit_safe_until)) AS until FROM audit_safe_until`,
        ),
        number(
          {
            title: 'Late events waiting',
            description:
              'Events of the range and the 7 days before it that came too late for their session and are not yet repaired into it.',
            unit: Short,
            view: 'late_events',
          },
          `SELECT countIf(repaired_at IS NULL AND refusal = '') AS waiting FROM late_events WHERE occurred_at >= $__fromTime - INTERVAL 7 DAY AND occurred_at <= $__toTime`,
        ),
        number(
          {
            title: 'Late events repaired',
            description:
              'Events of the range and the 7 days before it that came too late, and that a repair has brought into their sessions.',
            unit: Short,
            view: 'late_events',
          },
          `SELECT countIf(repaired_at IS NOT NULL) AS repaired FROM late_events WHERE occurred_at >= $__fromTime - INTERVAL 7 DAY AND occurred_at <= $__toTime`,
        ),
        number(
          {
            title: 'Dead letters',
            description:
              'Records refused after ingest had acknowledged them, in the range by Kafka’s time of the record. The originals are in the dead-letter topic.',
            unit: Short,
            view: 'dead_letters',
          },
          `SELECT count() AS refused FROM dead_letters WHERE $__timeFilter_ms(origin_at)`,
        ),
      ],
    },
    {
      title: 'How far everything is',
      height: 9,
      panels: [
        rows(
          {
            title: 'Loaded until',
            description:
              'Per topic and partition: everything below the offset is in the tables; buckets are complete whose end is at or before the watermark less the lateness.',
            view: 'pipeline_status',
          },
          `SELECT toString(topic) AS topic, partition, loaded_offset, loaded_until, watermark, updated_at FROM pipeline_status ORDER BY topic, partition`,
          {
            partition: { decimals: 0, width: 90 },
            loaded_offset: { unit: Short, title: 'offset', width: 110 },
            loaded_until: { title: 'loaded until' },
            updated_at: { title: 'written' },
          },
        ),
        rows(
          {
            title: 'Refused, by reason',
            description:
              'Dead letters of the range by reason and the step that refused; the first row is their sum. `make dead-letters` shows examples, `make replay-dead-letters` sends them again after a fix.',
            view: 'dead_letters',
          },
          `
SELECT reason, step, records, newest
          FROM
          (
            SELECT '(all)' AS reason, '' AS step, count() AS records, max(origin_at) AS newest
            FROM dead_letters WHERE $__timeFilter_ms(origin_at)
            UNION ALL
            SELECT toString(d.reason) AS reason, toString(d.step) AS step, count() AS records, max(d.origin_at) AS newest
            FROM dead_letters AS d WHERE $__timeFilter_ms(d.origin_at)
            GROUP BY reason, step
          )
          ORDER BY records DESC, reason, step`,
          { reason: { colours: { '(all)': outcomeColours.NEUTRAL } }, records: { unit: Short, bar: true } },
        ),
      ],
    },
    {
      title: 'Throughput',
      height: 9,
      panels: [
        promSeries(
          {
            title: 'Requests answered by ingest',
            description:
              'Requests a second by status. 4xx are the senders’ faults, 5xx ours; 503 means: Kafka does not answer, send again.',
            unit: 'reqps',
          },
          [[rate('ingest_request_seconds_count', 'status'), '{{status}}']],
          { stacked: true },
        ),
        promSeries(
          {
            title: 'Events taken and refused by ingest',
            description:
              'Events a second that Kafka has acknowledged, and faults of events refused at the door, by reason. Refused ones were told to their sender.',
            unit: 'cps',
          },
          [
            ['sum(rate(ingest_accepted_events_total[$__rate_interval]))', 'accepted'],
            [rate('ingest_rejections_total', 'reason'), 'refused: {{reason}}'],
          ],
        ),
        promSeries(
          {
            title: 'Events through the steps',
            description:
              'Records a second by what became of them in enrich and in sessionize, and rows written by load.',
            unit: 'cps',
          },
          [
            [rate('enrich_events_total', 'result'), 'enrich {{result}}'],
            [rate('sessionize_events_total', 'result'), 'sessionize {{result}}'],
            [rate('load_rows_total', 'topic'), 'load {{topic}}'],
          ],
        ),
      ],
    },
    {
      title: 'Lag',
      height: 9,
      panels: [
        promSeries(
          {
            title: 'Freshness, seen by the canaries',
            description:
              'Time from when ingest sent a canary to when ClickHouse showed all that was sent before it: half of them, and 99 in a hundred. Promised are 1.2 s and 3 s. The last line is the age of the newest one seen, of the partition furthest behind: it grows where nothing arrives.',
            unit: Seconds,
          },
          [
            ['histogram_quantile(0.5, sum by (le) (rate(load_freshness_seconds_bucket[5m])))', 'p50'],
            ['histogram_quantile(0.99, sum by (le) (rate(load_freshness_seconds_bucket[5m])))', 'p99'],
            ['max(load_canary_age_seconds)', 'age of the newest'],
          ],
        ),
        promSeries(
          {
            title: 'Lag in seconds',
            description:
              'How long the oldest record that is not done has waited at most, the worst partition of each step and topic.',
            unit: Seconds,
          },
          [
            ['max by (topic) (enrich_lag_seconds)', 'enrich {{topic}}'],
            ['max by (topic) (sessionize_lag_seconds)', 'sessionize {{topic}}'],
            ['max by (topic) (load_lag_seconds)', 'load {{topic}}'],
          ],
        ),
        promSeries(
          {
            title: 'Lag in records',
            description: 'Records not done yet, by step and topic.',
            unit: Short,
          },
          [
            ['sum by (topic) (enrich_lag_records)', 'enrich {{topic}}'],
            ['sum by (topic) (sessionize_lag_records)', 'sessionize {{topic}}'],
            ['sum by (topic) (load_lag_records)', 'load {{topic}}'],
          ],
        ),
      ],
    },
    {
      title: 'Time spent',
      height: 9,
      panels: [
        promSeries(
          {
            title: 'Transactions and inserts, 95th percentile',
            description:
              'Time of one Kafka transaction of enrich and sessionize, and of one insert of load into ClickHouse.',
            unit: Seconds,
          },
          [
            [percentile(0.95, 'enrich_transaction_seconds', 'service'), 'enrich transaction'],
            [percentile(0.95, 'sessionize_transaction_seconds', 'service'), 'sessionize transaction'],
            [percentile(0.95, 'load_insert_latency_seconds', 'topic'), 'load insert {{topic}}'],
          ],
        ),
        promSeries(
          {
            title: 'Answers of ingest, 99th percentile',
            description: 'Time from the arrival of a request to its answer, by route.',
            unit: Seconds,
          },
          [[percentile(0.99, 'ingest_request_seconds', 'route'), '{{route}}']],
        ),
      ],
    },
    {
      title: 'Trouble',
      height: 9,
      panels: [
        promSeries(
          {
            title: 'Retries and new beginnings',
            description:
              'Inserts tried again, and partitions on which work began again from what is committed, a second. Some at a rollout are normal.',
            unit: 'cps',
          },
          [
            [rate('load_insert_retries_total', 'topic'), 'insert again {{topic}}'],
            [rate('enrich_partition_failures_total', 'service'), 'enrich began again'],
            [rate('sessionize_partition_failures_total', 'service'), 'sessionize began again'],
            [rate('load_partition_failures_total', 'topic'), 'load began again {{topic}}'],
          ],
        ),
        promSeries(
          {
            title: 'Dead letters and rebalances',
            description:
              'Records written to the dead letters a second, by step and reason, and members that joined their group a second: one for each at a start, then one a rebalance.',
            unit: 'cps',
          },
          [
            [rate('enrich_dead_letters_total', 'reason'), 'enrich: {{reason}}'],
            [rate('sessionize_dead_letters_total', 'reason'), 'sessionize: {{reason}}'],
            [rate('load_left_out_records_total', 'topic'), 'load {{topic}}'],
            [rate('load_group_joins_total', 'group'), 'joined {{group}}'],
          ],
        ),
        promSeries(
          {
            title: 'Late events waiting for the repair',
            description: 'As load saw them in its last round, and how long the oldest has waited.',
            unit: Seconds,
          },
          [
            ['max(load_repair_oldest_waiting_seconds)', 'oldest waits'],
            ['sum(load_repair_waiting_events)', 'events waiting'],
          ],
        ),
      ],
    },
    {
      title: 'State and processes',
      height: 9,
      panels: [
        promSeries(
          {
            title: 'Open sessions',
            description: 'Sessions in the memory of sessionize, which events in time may still join.',
            unit: Short,
          },
          [['sum(sessionize_open_sessions)', 'open sessions']],
        ),
        promSeries(
          {
            title: 'Memory',
            description: 'Resident memory of each process.',
            unit: 'bytes',
          },
          [
            [
              'sum by (service, instance) (process_resident_memory_bytes{service=~"ingest|enrich|sessionize|load"})',
              '{{service}} {{instance}}',
            ],
          ],
        ),
        promSeries(
          {
            title: 'Processor',
            description: 'Share of one core that each process uses.',
            unit: PercentUnit,
          },
          [
            [
              'sum by (service, instance) (rate(process_cpu_seconds_total{service=~"ingest|enrich|sessionize|load"}[$__rate_interval]))',
              '{{service}} {{instance}}',
            ],
          ],
        ),
      ],
    },
  ],
});
