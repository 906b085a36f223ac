import type { SessionRow } from '../../../schemas/types';
import type { Component } from './components';
import { type DescribedLeg, describeLegs, strongestIntent } from './leg-row';
import { cutLegs } from './legs';
import type { SessionRules } from './rules';

export interface DescribedSession {
  row: SessionRow;
  legs: DescribedLeg[];
}

/** Describes one session: its row and its legs' rows, with version 0 and sign +1 until they are emitted. */
export function describeSession({ events, contact_count }: Component, rules: SessionRules): DescribedSession {
  const first = events[0];
  const last = events[events.length - 1];
  const legs = describeLegs(cutLegs(events), first.event_id, rules);
  const listed = legs.slice(0, rules.oversized_legs);
  const firstFailed = legs.findIndex(({ failed }) => failed);
  const firstSuccess = legs.findIndex(({ outcome }) => outcome === 'SUCCESS');
  const beforeSuccess = firstSuccess < 0 ? legs : legs.slice(0, firstSuccess);
  const rescuer = legs.find(({ outcome }, index) => firstFailed >= 0 && index > firstFailed && outcome === 'SUCCESS');
  const cost = costOf(events);
  const scores = events.flatMap(({ emotion_score }) => (emotion_score === null ? [] : [emotion_score]));
  const row: SessionRow = {
    session_id: first.event_id,
    started_at: first.occurred_at,
    ended_at: last.occurred_at,
    event_count: events.length,
    contact_count,
    leg_count: legs.length,
    channels: [...new Set(listed.map(({ row: { channel } }) => channel))],
    ...pathOf(listed),
    outcome: legs.findLast(({ outcome }) => outcome !== 'UNKNOWN' && outcome !== 'NEUTRAL')?.outcome ?? 'UNKNOWN',
    intent: strongestIntent(events),
    failures_before_success: beforeSuccess.filter(({ failed }) => failed).length,
    first_failed_channel: legs[firstFailed]?.label ?? '',
    rescued_by_channel: rescuer?.label ?? '',
    time_to_success_ms: firstSuccess < 0 ? null : legs[firstSuccess].row.ended_at - first.occurred_at,
    cost_minor: cost?.amount ?? null,
    currency: cost?.currency ?? '',
    emotion_start: scores[0] ?? null,
    emotion_end: scores.at(-1) ?? null,
    oversized: legs.length > rules.oversized_legs || last.occurred_at - first.occurred_at > rules.oversized_ms,
    rule_version: rules.version,
    version: 0,
    sign: 1,
  };
  return { row, legs };
}

/** Legs as CHANNEL[.SELF_SERVICE]:OUTCOME, equal neighbours collapsed, with how many each stands for. */
function pathOf(legs: DescribedLeg[]): { path: string[]; path_counts: number[] } {
  const path: string[] = [];
  const path_counts: number[] = [];
  for (const { label, outcome } of legs) {
    const element = `${label}:${outcome}`;
    if (path.at(-1) === element) path_counts[path_counts.length - 1] += 1;
    else {
      path.push(element);
      path_counts.push(1);
    }
  }
  return { path, path_counts };
}

/** Costs in the currency of the first event that has one; other currencies cannot be added to it. */
function costOf(events: Component['events']): { amount: number; currency: string } | undefined {
  const first = events.find(({ cost_minor, cost_currency }) => cost_minor !== null && cost_currency);
  if (!first?.cost_currency) return undefined;
  const currency = first.cost_currency;
  const amount = events.reduce(
    (sum, event) => sum + (event.cost_currency === currency ? (event.cost_minor ?? 0) : 0),
    0,
  );
  return { amount, currency };
}
