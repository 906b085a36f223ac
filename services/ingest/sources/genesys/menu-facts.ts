import type { Course } from './conversation';
import { disconnectOf, endedBy } from './names';
import { endOf, lastOf, type Session } from './sessions';

/** Metrics that tell of something the machine did not manage, each emitted when it happened. */
const failures: ReadonlySet<string> = new Set([
  'nFlowOutcomeFailed',
  'tBotRecognitionFailure',
  'nBotRecognitionFailure',
]);

/** Voice menus and bots: in, what went wrong there, and out, to people or not. */
export function addSelfServiceFacts(course: Course): void {
  for (const session of course.sessions) {
    if (session.side === 'menu') addMenu(session, course);
    if (session.side === 'bot') addBot(session, course);
  }
}

function addMenu(session: Session, { factsOf }: Course): void {
  const facts = factsOf(session);
  const end = endOf(session);
  facts.add(`${session.id}/menu`, 'ivr.menu_entered', session.start);
  facts.add(`${session.id}/menu-left`, 'ivr.ended', end, {
    durations: { ivr_ms: end === undefined ? undefined : Math.max(0, end - session.start) },
    outcome: { disconnect_by: leftBy(session) },
  });
  addFailures(session, 'ivr.outcome_failed', facts);
}

function addBot(session: Session, { sessions, factsOf }: Course): void {
  const facts = factsOf(session);
  const actor = { type: 'BOT', id: session.participant.text('participantName') };
  const end = endOf(session);
  facts.add(`${session.id}/bot`, 'bot.session_started', session.start, { actor });
  addFailures(session, 'bot.fallback', facts, actor);
  const next = sessions.find(
    ({ side, start, medium }) => side === 'queue' && start >= session.start && medium.name === session.medium.name,
  );
  if (next) facts.add(`${session.id}/handoff`, 'bot.handoff_requested', end, { actor });
  facts.add(`${session.id}/bot-left`, 'bot.session_ended', end, { actor, outcome: { disconnect_by: leftBy(session) } });
}

function addFailures(session: Session, type: string, facts: ReturnType<Course['factsOf']>, actor?: object): void {
  for (const metric of session.record.list('metrics')) {
    const name = metric.text('name') ?? '';
    if (!failures.has(name)) continue;
    const at = metric.time('emitDate');
    facts.add(`${session.id}/${name}/${at}`, type, at, { actor, outcome: { code: name } });
  }
}

/** `transfer` hands on to the queue; `peer` is the caller who hung up in the menu. */
function leftBy(session: Session): string | undefined {
  const disconnect = disconnectOf(lastOf(session).record);
  if (disconnect === '' || disconnect.includes('transfer')) return undefined;
  return endedBy(disconnect, 'system');
}
