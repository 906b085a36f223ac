import type { Fact } from '../facts';
import { attributesOf } from '../record-facts';
import { type Fields, fieldsOf, idOf, instantOf, nameOf, numberOf, wordOf } from '../vendor-fields';

const minuteMs = 60_000;

/**
 * A ticket's metric event, for the record: `analysis.*` is in no session, since the facts that it measures are there
 * already. Told apart by its own id; `instance_id` begins anew in every ticket and for every metric.
 */
export function metricFacts(ticketId: string, event: Fields): Fact[] {
  const at = instantOf(event.time);
  const type = nameOf(event.type)?.toLowerCase();
  if (at === undefined || type === undefined || !/^[a-z_]{1,40}$/.test(type) || event.deleted === true) return [];
  const parts = [ticketId, wordOf(event.metric), wordOf(event.instance_id), type, at].join(':');
  const calendarMinutes = numberOf(fieldsOf(event.status).calendar) ?? Number.NaN;
  const isReply = event.metric === 'reply_time' && Number.isSafeInteger(calendarMinutes) && calendarMinutes >= 0;
  return [
    {
      key: `metric_event:${idOf(event.id) ?? parts}`,
      type: `analysis.metric_${type}`,
      at,
      durations: isReply && calendarMinutes < 5_000_000 ? { response_ms: calendarMinutes * minuteMs } : undefined,
      attributes: attributesOf({
        metric: event.metric,
        metric_instance: event.instance_id,
        sla_target_minutes: fieldsOf(event.sla).target,
        sla_business_hours: fieldsOf(event.sla).business_hours,
      }),
    },
  ];
}
