import { MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Details } from '../core/event';
import type { Process } from '../core/kernel';
import type { Station } from '../core/station';
import type { Interaction } from '../core/world';
import { endCall } from './ending';
import type { Queued } from './queueing';
import { agentLeft, wrapUp } from './queueing';
import { sellingTalk } from './sales';
import type { Task } from './task';
import { guessIntent } from './task';
import { transfer } from './transfer';

type Answered = Extract<Queued, { kind: 'answered' }>;

/** A talk with an agent, up to the wrap-up; may go on with a second agent. */
export function* talkToAgent(
  task: Task,
  line: Interaction,
  station: Station,
  answered: Answered,
  startedAt: number,
  mayTransfer = true,
): Process<'resolved' | 'failed' | 'abandoned' | 'deferred'> {
  const { random, world } = task;
  const { kernel } = world;
  const joinedAt = kernel.now;
  yield* kernel.sleep(Math.max(20 * SECOND_MS, random.logNormal(task.profile.talk_ms * 0.6, 0.5)));
  const held = random.chance(0.25) ? yield* hold(task, line, answered.agent) : { hold_ms: 0, lost: false };
  const { hold_ms } = held;
  if (held.lost) {
    agentLeft(line, station, worked(task, answered.agent, kernel.now - joinedAt - hold_ms, hold_ms));
    endCall(task, line, startedAt, { disconnect_by: 'CUSTOMER' });
    const outcome: Details['outcome'] = { status: 'ABANDONED', code: 'lost_on_hold' };
    kernel.spawn(wrapUp(line, station, answered.seat, { ...answered.agent, outcome }));
    return 'abandoned';
  }
  if (random.chance(task.profile.sale)) yield* sellingTalk(task, line, answered.agent);
  yield* kernel.sleep(Math.max(15 * SECOND_MS, random.logNormal(task.profile.talk_ms * 0.35, 0.5)));
  const left = worked(task, answered.agent, kernel.now - joinedAt - hold_ms, hold_ms);
  if (mayTransfer && random.chance(task.label === 'complaint' ? 0.22 : 0.09)) {
    const handed = yield* transfer(task, line, station, answered, startedAt, left);
    if (typeof handed === 'string') return handed;
    return yield* talkToAgent(task, handed.line, handed.station, handed.answered, startedAt, false);
  }
  if (random.chance(0.012)) {
    agentLeft(line, station, left);
    endCall(task, line, startedAt, { status: 'FAILURE', code: 'dropped', disconnect_by: 'TELECOM_PROBLEM' });
    kernel.spawn(wrapUp(line, station, answered.seat, answered.agent));
    return 'failed';
  }
  const verdict = judge(task);
  agentLeft(line, station, left);
  endCall(task, line, startedAt, { disconnect_by: random.chance(0.7) ? 'CUSTOMER' : 'AGENT' });
  kernel.spawn(wrapUp(line, station, answered.seat, { ...answered.agent, ...verdict.details }));
  return verdict.status;
}

/** What is written of the agent's part: the emea installation states durations, the other leaves them to the times. */
function worked(task: Task, agent: Details, talk_ms: number, hold_ms: number): Details {
  if (task.who.instance !== 'emea') return agent;
  return { ...agent, durations: { talk_ms, ...(hold_ms > 0 && { hold_ms }) } };
}

/** On hold: most wait, some hang up (`lost`). */
function* hold(task: Task, line: Interaction, agent: Details): Process<{ hold_ms: number; lost: boolean }> {
  const { random, world } = task;
  const { kernel } = world;
  const startedAt = line.emit('hold.started', agent);
  const wanted_ms = Math.min(8 * MINUTE_MS, random.logNormal(50 * SECOND_MS, 0.6));
  const patience_ms = Math.max(20 * SECOND_MS, random.exponential(14 * MINUTE_MS));
  yield* kernel.sleep(Math.min(wanted_ms, patience_ms));
  if (patience_ms < wanted_ms) return { hold_ms: kernel.now - startedAt, lost: true };
  line.emit('hold.ended', agent);
  const hold_ms = kernel.now - startedAt;
  yield* kernel.sleep(random.int(5, 40) * SECOND_MS);
  return { hold_ms, lost: false };
}

export interface Verdict {
  status: 'resolved' | 'failed' | 'deferred';
  details: Details;
}

/** What the agent writes down at the end. Half of the good endings go without a word, as in real wrap-up data. */
export function judge(task: Task): Verdict {
  const { random } = task;
  const reason: Details = {
    intents: [
      { label: `reason_${task.label}`, confidence: 1, kind: 'REASON', model: 'agent' },
      ...(random.chance(0.5) ? guessIntent(task, 'agent') : []),
    ],
  };
  if (random.chance(task.profile.backOffice)) {
    return { status: 'deferred', details: { ...reason, outcome: { status: 'DEFERRED', code: 'back_office' } } };
  }
  if (random.chance(0.86 - task.attempt * 0.03)) {
    const outcome: Details['outcome'] = { status: 'SUCCESS', code: 'solved', resolved_by: 'human' };
    return { status: 'resolved', details: random.chance(0.5) ? { ...reason, outcome } : reason };
  }
  const outcome: Details['outcome'] = { status: random.chance(0.7) ? 'FAILURE' : 'PARTIAL', code: 'not_solved' };
  return { status: 'failed', details: { ...reason, outcome } };
}
