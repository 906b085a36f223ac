import { describe, expect, test } from '@jest/globals';
import { assertLateIsStable, lateByRule } from '../../simulator/core/delivery';
import type { Line } from '../../simulator/core/event';
import type { Process } from '../../simulator/core/kernel';
import { Kernel } from '../../simulator/core/kernel';
import { Random } from '../../simulator/core/random';
import { Station } from '../../simulator/core/station';
import { FAULTS, plantFault } from '../../simulator/faults';
import { runOrganisation } from '../../simulator/organisation/run';
import { simulate } from '../../simulator/simulate';
import { assertBooksAgree, queueFigures } from '../../simulator/truth/queues';
import { see } from '../../simulator/truth/rules';
import { sessionise } from '../../simulator/truth/sessionise';
import { truthOf } from '../../simulator/truth/truth';

const simulation = simulate({ seed: 3, events: 12_000, days: 3 });
const asPlanned = { plans: simulation.settings.agent_schedules, days: 3 };

describe('planted faults', () => {
  test.each(FAULTS)('%s changes what the truth would be', (fault) => {
    const spoilt = plantFault(simulation, fault, 3);
    const late = lateByRule(spoilt, 4);
    expect(late.size).toBe(simulation.truth.late);
    const sent = new Set<string>();
    const lines: Line[] = spoilt.map((event) => {
      const repeat = sent.has(event.event_id);
      sent.add(event.event_id);
      return { ...see(event), late: late.has(event.event_id), repeat };
    });
    expect(lines.length - simulation.lines.length).toBe({ drop: -1, double: 1, shift: 0 }[fault]);
    const { sessions, in_time } = truthOf(lines, asPlanned);
    expect(sessions).not.toEqual(simulation.truth.sessions);
    expect(in_time.sessions).not.toEqual(simulation.truth.in_time.sessions);
  });

  test('the truth can be worked out from the file alone', () => {
    const late = lateByRule(simulation.events, 4);
    const sent = new Set<string>();
    const lines = simulation.events.map((event) => {
      const repeat = sent.has(event.event_id);
      sent.add(event.event_id);
      return { ...see(event), late: late.has(event.event_id), repeat };
    });
    expect(truthOf(lines, asPlanned)).toEqual(simulation.truth);
  });
});

describe('the simulator’s own checks', () => {
  const world = runOrganisation(5, { customers: 300, journeys: 400, days: 2, scale: 0.05 });
  const legs = sessionise(world.recorded.map(see)).legs;

  test('the queues’ books agree with the legs', () => {
    expect(() => assertBooksAgree(world.ledger.queues, legs)).not.toThrow();
    expect(queueFigures(legs)['voice-support']!.offered).toBeGreaterThan(10);
  });

  test.each(['queue.entered', 'agent.joined', 'queue.abandoned'])('the books notice a missing %s', (type) => {
    const at = world.recorded.findIndex((event) => event.event_type === type);
    const without = world.recorded.filter((_, i) => i !== at).map(see);
    expect(() => assertBooksAgree(world.ledger.queues, sessionise(without).legs)).toThrow(/the model counted/);
  });

  test('the rule of enrich finds the same late events in 1 to 24 partitions', () => {
    const late = simulation.lines.filter((line) => line.late && !line.repeat).map(({ event }) => event.event_id);
    expect(late.length).toBeGreaterThan(50);
    for (let partitions = 1; partitions <= 24; partitions++) {
      expect([...lateByRule(simulation.events, partitions)]).toEqual(late);
    }
  });

  test('an event that is late in some partitions only stops the run', () => {
    const line = simulation.lines.findIndex((one) => one.late);
    const early = simulation.lines.map((one, i) => (i === line ? { ...one, late: false } : one));
    expect(() => assertLateIsStable(early)).toThrow(/in time by too little/);
    const never = [{ ...simulation.lines[0]!, late: true }];
    expect(() => assertLateIsStable(never)).toThrow(/some partitions only/);
  });
});

const nobodyListens = { status: () => undefined, planned: () => undefined };

describe('a station', () => {
  /** Erlang C, two agents, load 1: one caller in three waits, 200 s on average over all; breaks add a little. */
  test('makes people wait about as queueing theory says', () => {
    const talk_ms = 600_000;
    const callers = 30_000;
    const kernel = new Kernel(0);
    const random = Random.of(11, 'erlang');
    const plan = { id: 'voice-support', name: '', skill: '', seats: 2, slots: 1, rings: false } as const;
    const always = { ...plan, staffing: () => 1, overdue_ms: undefined };
    const station = new Station(always, kernel, random.fork('station'), 1, nobodyListens);
    let [waited_ms, served] = [0, 0];
    function* caller(): Process {
      const enteredAt = kernel.now;
      const seating = yield* station.enter(Number.POSITIVE_INFINITY, () => undefined);
      if (seating.kind !== 'answered') return;
      waited_ms += kernel.now - enteredAt;
      served++;
      yield* kernel.sleep(random.exponential(talk_ms));
      station.release(seating.seat);
    }
    let at = 0;
    for (let n = 0; n < callers; n++) {
      at += random.exponential(talk_ms);
      kernel.spawn(caller(), at);
    }
    kernel.run(at);
    expect(served).toBeGreaterThan(callers - 50);
    const mean_s = waited_ms / served / 1000;
    expect(mean_s).toBeGreaterThan(180);
    expect(mean_s).toBeLessThan(260);
  });

  test('loses exactly those whose patience ends first', () => {
    const kernel = new Kernel(0);
    const plan = { id: 'chat-care', name: '', skill: '', seats: 1, slots: 1, rings: true } as const;
    const always = { ...plan, staffing: () => 1, overdue_ms: undefined };
    const station = new Station(always, kernel, Random.of(2, 'patience'), 1, nobodyListens);
    const endings: string[] = [];
    function* caller(name: string, patience_ms: number, talk_ms: number): Process {
      const seating = yield* station.enter(patience_ms, () => undefined);
      endings.push(`${name} ${seating.kind}`);
      if (seating.kind !== 'answered') return;
      yield* kernel.sleep(talk_ms);
      station.release(seating.seat);
    }
    kernel.spawn(caller('first', 60_000, 120_000), 1_000);
    kernel.spawn(caller('second', 30_000, 1), 2_000);
    kernel.spawn(caller('third', 600_000, 1), 3_000);
    kernel.run(900_000);
    expect(endings).toEqual(['first answered', 'second abandoned', 'third answered']);
  });
});
