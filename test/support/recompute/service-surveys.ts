import { dayMs, grouped, inOrder, ratio, type ServiceEvent, sum } from './service-events';

/** A leg with an agent, as surveys are joined to it. */
export interface ServedLeg {
  leg_id: string;
  customer_id: string;
  contact_id: string;
  interaction_id: string;
  agent_id: string;
  queue: string;
  channel: string;
  arrived_at: number;
  answered_at: number;
}

interface Range {
  from: number;
  to: number;
}

const scales: Record<string, [number, number]> = { CSAT: [1, 5], NPS: [0, 10], CES: [1, 7], FCR: [0, 1] };

/** What `survey_responses` says. */
export function recomputeSurveys(events: ServiceEvent[], legs: ServedLeg[], { from, to }: Range): SurveyRow[] {
  const read = events.filter(
    (event) =>
      (event.event_type === 'survey.invited' ||
        (event.event_type === 'survey.answered' && event.survey_score !== null)) &&
      event.customer_id !== '' &&
      event.occurred_at >= from - 30 * dayMs &&
      event.occurred_at < to + 30 * dayMs,
  );
  const idOf = (event: ServiceEvent): string => event.interaction_id || event.contact_id || event.event_id;
  const groups = grouped(read, (event) => [event.source_system, event.source_instance, idOf(event), event.survey_kind]);
  const rows: SurveyRow[] = [];
  for (const group of groups.values()) {
    const ordered = group.toSorted(inOrder);
    const first = ordered[0]!;
    const invitation = ordered.find(({ event_type }) => event_type === 'survey.invited');
    const answer = ordered.findLast(({ event_type }) => event_type === 'survey.answered');
    const surveyed_at = (invitation ?? answer)!.occurred_at;
    if (surveyed_at < from || surveyed_at >= to) continue;
    const scaled = answer ?? ordered.at(-1)!;
    const usual = scales[first.survey_kind];
    const scale_min = scaled.survey_scale_min ?? usual?.[0] ?? null;
    const scale_max = scaled.survey_scale_max ?? usual?.[1] ?? null;
    const score = answer?.survey_score ?? null;
    const leg = lastLeg(first, surveyed_at);
    rows.push({
      source_system: first.source_system,
      source_instance: first.source_instance,
      survey_id: idOf(first),
      survey_kind: first.survey_kind,
      customer_id: first.customer_id,
      surveyed_at,
      invited_at: invitation?.occurred_at ?? null,
      answered_at: answer?.occurred_at ?? null,
      score,
      scale_min,
      scale_max,
      ...judge(first.survey_kind, score, scale_min, scale_max),
      leg_id: leg?.leg_id ?? '',
      contact_id: leg?.contact_id ?? '',
      agent_id: leg?.agent_id ?? '',
      queue: leg?.queue ?? '',
      channel: leg?.channel ?? '',
    });
  }
  return rows;

  function lastLeg(survey: ServiceEvent, before: number): ServedLeg | undefined {
    const candidates = legs
      .filter((leg) => leg.customer_id === survey.customer_id && leg.agent_id !== '')
      .filter((leg) => leg.answered_at <= before && leg.answered_at >= before - 30 * dayMs)
      .sort((a, b) => a.answered_at - b.answered_at || (a.leg_id < b.leg_id ? -1 : 1));
    const isNamed = (leg: ServedLeg): boolean =>
      (survey.contact_id !== '' && leg.contact_id === survey.contact_id) ||
      (survey.interaction_id !== '' && leg.interaction_id === survey.interaction_id);
    return candidates.findLast(isNamed) ?? candidates.at(-1);
  }
}

export interface SurveyRow {
  [column: string]: string | number | boolean | null;
  survey_kind: string;
  score: number | null;
  scale_min: number | null;
  scale_max: number | null;
  invited_at: number | null;
  answered_at: number | null;
  is_valid: boolean;
  is_positive: boolean;
  is_negative: boolean;
  agent_id: string;
}

function judge(kind: string, score: number | null, worst: number | null, best: number | null) {
  const none = { is_valid: false, is_positive: false, is_negative: false };
  if (score === null || worst === null || best === null || worst === best) return none;
  if (score < Math.min(worst, best) || score > Math.max(worst, best)) return none;
  if (kind === 'NPS' && (worst !== 0 || best !== 10)) return none;
  // How far from the worst, of how far one can be: compared without dividing.
  const [reached, whole] = [Math.abs(score - worst), Math.abs(best - worst)];
  const is_positive =
    (kind === 'NPS' && score >= 9) ||
    (kind === 'CES' && 3 * reached >= 2 * whole) ||
    ((kind === 'CSAT' || kind === 'FCR') && 4 * reached >= 3 * whole);
  return { is_valid: true, is_positive, is_negative: kind === 'NPS' && score <= 6 };
}

/** What `survey_scores` says, grouped by agent. */
export function recomputeScores(surveys: SurveyRow[]): Record<string, unknown>[] {
  const groups = grouped(surveys, (row) => [
    row.survey_kind,
    String(row.scale_min),
    String(row.scale_max),
    row.agent_id,
  ]);
  return [...groups.values()].map((rows) => {
    const kind = rows[0]!.survey_kind;
    const valid = rows.filter(({ is_valid }) => is_valid);
    const invited = rows.filter(({ invited_at }) => invited_at !== null);
    const positive = rows.filter(({ is_positive }) => is_positive).length;
    const negative = rows.filter(({ is_negative }) => is_negative).length;
    const invited_responses = invited.filter(({ is_valid }) => is_valid).length;
    const share = (of: string): number | null => (kind === of ? ratio(positive, valid.length) : null);
    const score_sum = sum(valid.map(({ score }) => score!));
    return {
      survey_kind: kind,
      scale_min: rows[0]!.scale_min,
      scale_max: rows[0]!.scale_max,
      group_value: rows[0]!.agent_id,
      invitations: invited.length,
      invited_responses,
      response_rate: ratio(invited_responses, invited.length),
      responses: valid.length,
      invalid_responses: rows.filter((row) => row.answered_at !== null && !row.is_valid).length,
      is_small_sample: valid.length < 30,
      positive,
      negative,
      csat: share('CSAT'),
      nps: kind === 'NPS' ? ratio(100 * (positive - negative), valid.length) : null,
      ces: share('CES'),
      fcr_survey: share('FCR'),
      score_sum,
      mean_score: ratio(score_sum, valid.length),
    };
  });
}

/** What `sentiment_shifts` says. */
export function recomputeShifts(events: ServiceEvent[], { from, to }: Range): Record<string, unknown>[] {
  const contactOf = (event: ServiceEvent): string => event.contact_id || event.interaction_id;
  const read = events.filter(
    (event) =>
      event.emotion_score !== null &&
      event.customer_id !== '' &&
      contactOf(event) !== '' &&
      event.occurred_at >= from - 7 * dayMs &&
      event.occurred_at < to + 7 * dayMs,
  );
  const groups = grouped(read, (event) => [
    event.source_system,
    event.source_instance,
    contactOf(event),
    event.emotion_model,
  ]);
  return [...groups.values()]
    .map((group) => group.toSorted(inOrder))
    .filter(([first]) => first!.occurred_at >= from && first!.occurred_at < to)
    .map((group) => {
      const scores = group.map(({ emotion_score }) => emotion_score!);
      const third_count = Math.ceil(scores.length / 3);
      const begin_sum = sum(scores.slice(0, third_count));
      const end_sum = sum(scores.slice(-third_count));
      const [begin_mean, end_mean] = [begin_sum / third_count, end_sum / third_count];
      return {
        source_system: group[0]!.source_system,
        source_instance: group[0]!.source_instance,
        contact_id: contactOf(group[0]!),
        customer_id: group[0]!.customer_id,
        channel: group[0]!.channel,
        emotion_model: group[0]!.emotion_model,
        started_at: group[0]!.occurred_at,
        score_count: scores.length,
        third_count,
        begin_sum,
        end_sum,
        begin_mean,
        end_mean,
        sentiment_shift: scores.length > 1 ? (end_mean - begin_mean) / 2 : null,
      };
    });
}
