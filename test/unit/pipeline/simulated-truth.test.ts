import { beforeAll, describe, expect, test } from '@jest/globals';
import type { LegRow } from '../../../schemas/types';
import type { Line } from '../../simulator/core/event';
import { plantFault } from '../../simulator/faults';
import { type Simulation, simulate } from '../../simulator/simulate';
import { sessionise } from '../../simulator/truth/sessionise';
import type { SessionTruth } from '../../simulator/truth/truth';
import { type PipelineResult, runPipeline } from './pure-pipeline';

const figures = (result: PipelineResult) =>
  result.sessions
    .map(
      ({
        session_id,
        customer_id,
        started_at,
        ended_at,
        event_count,
        contact_count,
        leg_count,
        path,
        path_counts,
        outcome,
        failures_before_success,
        first_failed_channel,
        rescued_by_channel,
        intent,
        oversized,
      }) => ({
        session_id,
        customer_id,
        started_at,
        ended_at,
        event_count,
        contact_count,
        leg_count,
        path,
        path_counts,
        outcome,
        failures_before_success,
        first_failed_channel,
        rescued_by_channel,
        intent,
        oversized,
      }),
    )
    .sort((a, b) =>
      a.customer_id === b.customer_id ? a.started_at - b.started_at : a.customer_id < b.customer_id ? -1 : 1,
    );

const columns = [
  'leg_id',
  'session_id',
  'interaction_id',
  'contact_id',
  'channel',
  'queue',
  'arrived_at',
  'queued_at',
  'answered_at',
  'ended_at',
  'wait_ms',
  'left_by',
  'failure_step',
  'outcome',
  'short_abandoned',
  'transferred',
  'resolved_by',
  'goal',
  'case_id',
  'order_id',
  'hold_count',
  'unanswered_offer_count',
  'customer_message_count',
  'agent_message_count',
  'bot_message_count',
  'first_reply_at',
  'abandoned_in',
  'contact_intent',
  'cost_minor',
  'cost_currency',
  'emotion_start',
  'emotion_end',
] as const satisfies readonly (keyof LegRow)[];
type Compared = Pick<LegRow, (typeof columns)[number]>;

const byLeg = (a: Compared, b: Compared): number => (a.leg_id < b.leg_id ? -1 : 1);
const foundLegs = ({ legs }: PipelineResult): Compared[] =>
  legs.map((row) => Object.fromEntries(columns.map((name) => [name, row[name]])) as unknown as Compared).sort(byLeg);

/** Every leg as the simulation's truth has it, in the columns that both know. */
const trueLegs = (lines: Line[]): Compared[] =>
  sessionise(lines.filter(({ repeat }) => !repeat))
    .legs.map((leg) => {
      const row = {
        ...leg,
        ...leg.columns,
        queued_at: leg.queued_at ?? null,
        answered_at: leg.answered_at ?? null,
        wait_ms: leg.wait_ms ?? null,
        failure_step: leg.failures[0]?.name ?? '',
      };
      return Object.fromEntries(columns.map((name) => [name, row[name as keyof typeof row]])) as unknown as Compared;
    })
    .sort(byLeg);

/** What the legs say about the queues that the truth names. */
function queueFigures({ legs }: PipelineResult, { queues }: SessionTruth): Record<string, object> {
  const figures: Record<string, object> = {};
  for (const queue of Object.keys(queues)) {
    const of = legs.filter((leg) => leg.queue === queue);
    const answered = of.filter(({ left_by }) => left_by === 'ANSWERED');
    figures[queue] = {
      offered: of.filter(({ queued_at }) => queued_at !== null).length,
      answered: answered.length,
      abandoned: of.filter(({ left_by }) => left_by === 'ABANDONED').length,
      short_abandoned: of.filter(({ short_abandoned }) => short_abandoned).length,
      handled: of.filter(({ handled_at }) => handled_at !== null).length,
      wait_ms_answered: answered.reduce((sum, { wait_ms }) => sum + (wait_ms ?? 0), 0),
    };
  }
  return figures;
}

// Without load there is no repair: what arrives late never joins a session here.
describe('the rules, without a broker, against the simulation’s truth', () => {
  let simulation: Simulation;
  beforeAll(() => {
    simulation = simulate({ seed: 7, events: 7_000, days: 8 });
  });

  test.each([
    [1, 1],
    [4, 500],
    [24, 37],
  ])('%i raw partitions, batches of %i: every session, leg count and path', (partitions, batch) => {
    const result = runPipeline(simulation.events, partitions, batch);
    const { truth } = simulation;
    expect({ distinct: result.distinct, repeats: result.repeats, late: result.late }).toEqual({
      distinct: truth.events.all,
      repeats: truth.repeats,
      late: truth.late,
    });
    expect(figures(result)).toEqual(truth.in_time.sessions);
    expect(result.legs.length).toBe(truth.in_time.legs);
  });

  test('every leg, column by column', () => {
    const { lines, events } = simulation;
    const wanted = trueLegs(lines.filter(({ late }) => !late));
    const found = foundLegs(runPipeline(events, 4, 200));
    expect(found.map(({ leg_id }) => leg_id)).toEqual(wanted.map(({ leg_id }) => leg_id));
    // Column by column, and a few examples: a difference in all of them would be a long message.
    for (const name of columns) {
      const wrong = wanted.flatMap((leg, i) =>
        leg[name] === found[i][name] ? [] : [{ wanted: leg, found: found[i] }],
      );
      expect({ name, wrong: wrong.slice(0, 2) }).toEqual({ name, wrong: [] });
    }
  });

  test.each(columns.slice(columns.indexOf('resolved_by')))('the simulation has legs with different %s', (name) => {
    expect(new Set(trueLegs(simulation.lines).map((leg) => leg[name])).size).toBeGreaterThan(1);
  });

  test('legs give the queues’ figures', () => {
    const { in_time } = simulation.truth;
    expect(queueFigures(runPipeline(simulation.events, 4, 200), in_time)).toEqual(in_time.queues);
  });

  test('were all events in order, none late, the final truth is what comes out', () => {
    const { truth, lines } = simulation;
    const inOrder = lines.toSorted((a, b) => a.at - b.at).map(({ event }) => event);
    const result = runPipeline(inOrder, 4, 200);
    expect(result.late).toBe(0);
    expect(figures(result)).toEqual(truth.sessions);
    expect(result.legs.length).toBe(truth.legs);
    expect(queueFigures(result, truth)).toEqual(truth.queues);
    expect(truth.sessions).not.toEqual(truth.in_time.sessions);
  });

  test.each(['drop', 'double', 'shift'] as const)('a planted fault (%s) shows', (fault) => {
    const result = runPipeline(plantFault(simulation, fault, 7), 4, 300);
    expect(figures(result)).not.toEqual(simulation.truth.in_time.sessions);
  });
});
