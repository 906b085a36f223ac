import { hour_ms } from './rows';
import { grouped, ratio, sum } from './service-events';
import type { Judged, SimulatedEvent } from './simulated';

interface Range {
  from: number;
  to: number;
}

/**
 * Sums of fractions come in another order from the engine: they are compared to six places. A little more than they are, so
 * that none lies on the border of two roundings.
 */
export const rounded = (value: number | null): number | null =>
  value === null ? null : Math.round((value + 1e-9) * 1e6) / 1e6;

const ofCustomers = (events: readonly SimulatedEvent[], { from, to }: Range): SimulatedEvent[] =>
  events.filter(
    ({ occurred_at, actor_type, customer_id }) =>
      occurred_at >= from && occurred_at < to && ['CUSTOMER', 'UNKNOWN'].includes(actor_type) && customer_id !== '',
  );

/** What `customer_voice` says: events of customers that were read or judged, by hour and what was found in them. */
export function customerVoice(events: readonly SimulatedEvent[], range: Range): object[] {
  const said = ofCustomers(events, range).filter(
    (event) => event.language !== '' || event.emotion_score !== null || event.judged.desire.label !== '',
  );
  const keysOf = (event: SimulatedEvent) => ({
    hour: Math.floor(event.occurred_at / hour_ms) * hour_ms,
    channel: event.channel,
    language: event.language,
    intent: event.judged.intent.label,
    desire: event.judged.desire.label,
    emotion_label: event.emotion_label,
    emotion_model: event.emotion_model,
  });
  return [...grouped(said, (event) => Object.values(keysOf(event)).map(String)).values()].map((group) => {
    const scores = group.map(({ emotion_score }) => emotion_score).filter((score) => score !== null);
    return {
      ...keysOf(group[0]!),
      events: group.length,
      scored: scores.length,
      score_sum: rounded(sum(scores)),
      negative: scores.filter((score) => score < -0.25).length,
      mean_score: rounded(ratio(sum(scores), scores.length)),
    };
  });
}

/** What `text_models` says: how often and how surely each model judges the texts of customers, by language. */
export function textModels(events: readonly SimulatedEvent[], range: Range): object[] {
  const judgements = ofCustomers(events, range)
    .filter(({ language }) => language !== '')
    .flatMap(({ language, judged, emotion_label, emotion_model }) => {
      const emotion: Judged = { label: emotion_label, model: emotion_model, confidence: null };
      return Object.entries({ ...judged, emotion }).map(([kind, one]) => ({ kind, language, ...one }));
    })
    // Nobody is named for what stays unknown.
    .map((one) => (one.label === '' ? { ...one, model: '' } : one));
  return [...grouped(judgements, ({ kind, model, language }) => [kind, model, language]).values()].map((group) => {
    const [{ kind, model, language }] = group as [(typeof group)[0]];
    const labels = [
      ...grouped(
        group.filter(({ label }) => label !== ''),
        ({ label }) => [label],
      ).values(),
    ];
    labels.sort((a, b) => b.length - a.length || (a[0]!.label < b[0]!.label ? -1 : 1));
    const [top = []] = labels;
    const stated = group.map(({ confidence }) => confidence).filter((confidence) => confidence !== null);
    return {
      ...{ kind, model, language, texts: group.length, labels: labels.length },
      top_label: top[0]?.label ?? '',
      top_texts: top.length,
      sure: stated.filter((confidence) => confidence >= 0.7).length,
      with_confidence: stated.length,
      confidence_sum: rounded(sum(stated)),
      mean_confidence: rounded(ratio(sum(stated), stated.length)),
    };
  });
}
