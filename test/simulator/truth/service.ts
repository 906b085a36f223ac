import { DAY_MS, START_MS } from '../core/calendar';
import type { Seen, SimEvent } from '../core/event';
import type { Planned } from '../core/roster';
import { inOrder, scope } from './rules';

/** What became of promised callbacks. */
export interface CallbackFigures {
  scheduled: number;
  attempted: number;
  reached: number;
  attempts: number;
}

export interface SurveyFigures {
  invitations: number;
  responses: number;
  positive: number;
  negative: number;
}

/** Cases over the whole days of the run but the last: how often each thing happened to one. */
export interface CaseFigures {
  opened: number;
  reopened: number;
  solved: number;
}

/** Time of all agents over the whole days of the run but the last, in ms. */
export interface AgentFigures {
  on_queue_ms: number;
  break_ms: number;
  training_ms: number;
  meeting_ms: number;
  absence_ms: number;
  scheduled_ms: number;
  adherent_ms: number;
}

/** Figures that no leg tells, over all distinct events. */
export interface ServiceTruth {
  callbacks: CallbackFigures;
  /** By kind. */
  surveys: Record<string, SurveyFigures>;
  cases: CaseFigures;
  agents: AgentFigures;
}

/** The last day is left out: its end is not known before something newer has come. */
export const wholeDays = (days: number): { from: number; to: number } => ({
  from: START_MS,
  to: START_MS + Math.max(0, Math.floor(days) - 1) * DAY_MS,
});

export function serviceTruth(events: readonly Seen[], plans: readonly Planned[], days: number): ServiceTruth {
  const ordered = events.toSorted(inOrder);
  return {
    callbacks: callbackFigures(ordered),
    surveys: surveyFigures(ordered),
    cases: caseFigures(ordered, wholeDays(days)),
    agents: agentFigures(ordered, plans, wholeDays(days)),
  };
}

function callbackFigures(ordered: readonly Seen[]): CallbackFigures {
  const promises: { contact: string; interaction: string; attempts: number; reached: boolean }[] = [];
  for (const { event } of ordered) {
    const contact = `${scope(event)} ${event.contact_id ?? event.interaction_id}`;
    const interaction = event.interaction_id ?? '';
    const open = promises.findLast((promise) => promise.contact === contact);
    if (isPromise(event) && open?.interaction !== interaction) {
      promises.push({ contact, interaction, attempts: 0, reached: false });
    }
    if (!open) continue;
    if (event.event_type === 'callback.attempted') open.attempts++;
    if (event.event_type === 'callback.reached') open.reached = true;
  }
  return {
    scheduled: promises.length,
    attempted: promises.filter(({ attempts, reached }) => attempts > 0 || reached).length,
    reached: promises.filter(({ reached }) => reached).length,
    attempts: promises.reduce((sum, { attempts }) => sum + attempts, 0),
  };
}

function isPromise({ event_type, outcome }: SimEvent): boolean {
  return event_type === 'callback.scheduled' || (event_type === 'queue.left' && outcome?.code === 'callback');
}

function surveyFigures(ordered: readonly Seen[]): Record<string, SurveyFigures> {
  const figures: Record<string, SurveyFigures> = {};
  for (const { event } of ordered) {
    if (event.event_type !== 'survey.invited' && event.event_type !== 'survey.answered') continue;
    if (!event.survey) continue;
    const { kind, score } = event.survey;
    const of = figures[kind] ?? { invitations: 0, responses: 0, positive: 0, negative: 0 };
    figures[kind] = of;
    if (event.event_type === 'survey.invited') of.invitations++;
    if (event.event_type !== 'survey.answered' || score === undefined) continue;
    of.responses++;
    // The answers that count as good on the scales that are asked: 4 and 5 of 5, 9 and 10 of 10, 5 to 7 of 7, yes.
    if (score >= { CSAT: 4, NPS: 9, CES: 5, FCR: 1 }[kind]) of.positive++;
    if (kind === 'NPS' && score <= 6) of.negative++;
  }
  return Object.fromEntries(Object.entries(figures).sort(([a], [b]) => (a < b ? -1 : 1)));
}

function caseFigures(ordered: readonly Seen[], { from, to }: { from: number; to: number }): CaseFigures {
  const figures = { opened: 0, reopened: 0, solved: 0 };
  const solved = new Map<string, boolean>();
  for (const { event, at } of ordered) {
    if (!event.event_type.startsWith('case.')) continue;
    const key = `${scope(event)} ${event.case_id}`;
    const before = solved.get(key);
    const now = isSolvedAfter(event, before ?? false);
    solved.set(key, now);
    if (at < from || at >= to) continue;
    if (before === undefined) figures.opened++;
    if (before && !now) figures.reopened++;
    if (!before && now) figures.solved++;
  }
  return figures;
}

function isSolvedAfter({ event_type, attributes }: SimEvent, before: boolean): boolean {
  if (event_type === 'case.resolved') return true;
  if (event_type === 'case.opened' || event_type === 'case.reopened') return false;
  return attributes?.status ? false : before;
}

/** What a status means; not to answer an offer counts as a break. */
const CLASSES: Readonly<Record<string, string>> = { NOT_RESPONDING: 'BREAK' };

/** Looks at every stretch of time in which no agent's status and plan change. */
function agentFigures(
  ordered: readonly Seen[],
  plans: readonly Planned[],
  { from, to }: { from: number; to: number },
): AgentFigures {
  const figures: AgentFigures = {
    on_queue_ms: 0,
    break_ms: 0,
    training_ms: 0,
    meeting_ms: 0,
    absence_ms: 0,
    scheduled_ms: 0,
    adherent_ms: 0,
  };
  const changes = ordered.filter(({ event, at }) => event.event_type === 'agent.status_changed' && at < to);
  const agents = new Set([...changes.map(({ event }) => event.actor?.id ?? ''), ...plans.map((plan) => plan.agent_id)]);
  for (const agent of agents) {
    const own = changes.filter(({ event }) => event.actor?.id === agent);
    const planned = plans.filter(({ agent_id }) => agent_id === agent);
    const times = [from, to, ...own.map(({ at }) => at), ...planned.flatMap((plan) => [plan.starts_at, plan.ends_at])];
    const cuts = [...new Set(times)].filter((at) => at >= from && at <= to).sort((a, b) => a - b);
    for (const [i, at] of cuts.slice(0, -1).entries()) {
      const status = own.findLast((change) => change.at <= at)?.event.attributes?.status ?? '';
      const plan = planned.find(({ starts_at, ends_at }) => starts_at <= at && at < ends_at)?.activity;
      count(figures, cuts[i + 1]! - at, CLASSES[status] ?? status, plan);
    }
  }
  return figures;
}

function count(figures: AgentFigures, ms: number, status: string, plan: Planned['activity'] | undefined): void {
  if (status === 'AVAILABLE') figures.on_queue_ms += ms;
  if (status === 'BREAK') figures.break_ms += ms;
  if (status === 'TRAINING') figures.training_ms += ms;
  if (status === 'MEETING') figures.meeting_ms += ms;
  if (plan === 'ABSENCE' && (status === '' || status === 'OFFLINE')) figures.absence_ms += ms;
  if (plan === undefined || plan === 'ABSENCE') return;
  figures.scheduled_ms += ms;
  if (status === plan) figures.adherent_ms += ms;
}
