/**
 * Each view beside the same figures computed anew from the rows it sums up: rows that one has and the other lacks, so
 * that an exact view gives none.
 */
const differences = (view: string, recomputed: string): string =>
  `SELECT count() AS rows FROM ((${view} EXCEPT ALL ${recomputed}) UNION ALL (${recomputed} EXCEPT ALL ${view}))`;

export const viewsAgainstRows: Record<string, string> = {
  volume_trends: differences(
    'SELECT bucket_start, channel, direction, intent, events, contacts, customers FROM volume_trends',
    `SELECT toStartOfFifteenMinutes(occurred_at), channel, direction, intent, count(),
       uniqExact(customer_id, source_system, source_instance, coalesce(nullIf(contact_id, ''), nullIf(interaction_id, ''),
         concat('alone: ', event_id))), uniqExact(customer_id)
     FROM interactions WHERE customer_id != '' GROUP BY ALL`,
  ),
  channel_failure_paths: differences(
    `SELECT day, intent, path, first_failed_channel, rescued_by_channel, sessions, customers, sessions_with_success,
       time_to_success_ms FROM channel_failure_paths`,
    `SELECT toDate(started_at), intent, path, first_failed_channel, rescued_by_channel, toInt64(count()),
       uniqExact(customer_id), toInt64(count(time_to_success_ms)), toInt64(ifNull(sum(time_to_success_ms), 0))
     FROM sessions_current WHERE first_failed_channel != '' GROUP BY ALL`,
  ),
  efficiency_metrics: differences(
    `SELECT bucket_start, channel, queue, legs, offered, answered, abandoned, short_abandoned, flow_outs, handled, talk_ms,
       hold_ms, acw_ms, wait_ms_answered, wait_ms_abandoned, transfers, asa_ms, aht_ms FROM efficiency_metrics`,
    `SELECT toStartOfFifteenMinutes(arrived_at) AS bucket, channel, queue, toInt64(count()),
       toInt64(count(queued_at)), toInt64(countIf(left_by = 'ANSWERED')), toInt64(countIf(left_by = 'ABANDONED')),
       toInt64(countIf(short_abandoned)), toInt64(countIf(left_by = 'FLOW_OUT')), toInt64(count(handled_at)),
       toInt64(ifNull(sumIf(talk_ms, handled_at IS NOT NULL), 0)), toInt64(ifNull(sumIf(hold_ms, handled_at IS NOT NULL), 0)),
       toInt64(ifNull(sumIf(acw_ms, handled_at IS NOT NULL), 0)), toInt64(ifNull(sumIf(wait_ms, left_by = 'ANSWERED'), 0)),
       toInt64(ifNull(sumIf(wait_ms, left_by = 'ABANDONED'), 0)), toInt64(countIf(transferred)),
       avgIf(wait_ms, left_by = 'ANSWERED'),
       sumIf(ifNull(talk_ms, 0) + ifNull(hold_ms, 0) + ifNull(acw_ms, 0), handled_at IS NOT NULL) / nullIf(count(handled_at), 0)
     FROM legs_current GROUP BY ALL`,
  ),
};
