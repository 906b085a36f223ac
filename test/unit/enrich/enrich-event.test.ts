import { describe, expect, test } from '@jest/globals';
import { enrichEvent } from '../../../services/enrich/domain/enrich-event';
import { failureStepOf } from '../../../services/enrich/domain/failure-step';
import { RawTime } from '../../../services/enrich/domain/raw-time';
import { refusalOf } from '../../../services/enrich/domain/refusal';
import { isSessionised, stageOf } from '../../../services/enrich/domain/session-membership';
import { rawEvent } from '../../support/raw-event';

const rules = { key: 'a key of more than sixteen' };
const durations = (wait_ms: number) => ({
  wait_ms,
  ring_ms: null,
  ivr_ms: null,
  talk_ms: null,
  hold_ms: null,
  acw_ms: null,
  focus_ms: null,
  response_ms: null,
  total_ms: null,
});
const hour = 3_600_000;

describe('late', () => {
  const at = (occurred_at: number, received_at = 1e12) => ({ occurred_at, received_at });

  test('is more than the lateness behind the highest event time of the partition so far', () => {
    const time = new RawTime(hour);
    expect([10 * hour, 9 * hour, 9 * hour - 1, 12 * hour, 11 * hour - 1].map((ms) => time.observe(at(ms)))).toEqual([
      false,
      false,
      true,
      false,
      true,
    ]);
  });

  test('does not follow a clock more than five minutes ahead of its arrival', () => {
    const time = new RawTime(hour);
    time.observe(at(10 * hour, 10 * hour));
    expect(time.observe(at(33 * hour, 10 * hour))).toBe(false);
    expect(time.value).toBe(10 * hour);
    time.observe(at(10 * hour + 300_000, 10 * hour));
    expect(time.value).toBe(10 * hour + 300_000);
  });

  test('goes on from the raw_time that was committed', () => {
    expect(new RawTime(hour, 10 * hour).observe(at(8 * hour))).toBe(true);
  });
});

describe('stages and membership of sessions', () => {
  test.each([
    ['ivr.input', 'UNKNOWN', 'SELF_SERVICE'],
    ['bot.fallback', 'UNKNOWN', 'SELF_SERVICE'],
    ['queue.entered', 'UNKNOWN', 'QUEUE'],
    ['offer.made', 'UNKNOWN', 'OFFER'],
    ['offer.presented', 'UNKNOWN', 'UNKNOWN'],
    ['agent.joined', 'UNKNOWN', 'AGENT'],
    ['agent.status_changed', 'UNKNOWN', 'UNKNOWN'],
    ['hold.started', 'UNKNOWN', 'HOLD'],
    ['wrapup.completed', 'UNKNOWN', 'WRAP_UP'],
    ['interaction.started', 'UNKNOWN', 'UNKNOWN'],
    ['queue.entered', 'AGENT', 'AGENT'],
  ] as const)('%s sent as %s is %s', (type, sent, stage) => {
    expect(stageOf(type, sent)).toBe(stage);
  });

  test.each([
    ['message.sent', 'UNKNOWN', true],
    ['message.read', 'UNKNOWN', false],
    ['survey.answered', 'UNKNOWN', false],
    ['analysis.completed', 'UNKNOWN', false],
    ['message.sent', 'MARKETING', false],
    ['message.sent', 'SURVEY', false],
    ['quality.evaluated', 'UNKNOWN', false],
  ] as const)('%s at %s takes part: %s', (type, stage, expected) => {
    expect(isSessionised(type, stage)).toBe(expected);
  });
});

describe('the failure step of one event', () => {
  test.each([
    ['ivr.opt_out', {}, 'ivr.opt_out'],
    ['queue.abandoned without a wait', { event_type: 'queue.abandoned' }, 'queue.abandoned'],
    [
      'queue.abandoned after 5,001 ms',
      { event_type: 'queue.abandoned', durations: durations(5_001) },
      'queue.abandoned',
    ],
    ['queue.abandoned after 5,000 ms is short', { event_type: 'queue.abandoned', durations: durations(5_000) }, null],
    [
      'help rated negative',
      { event_type: 'web.help_rated', attributes: { rating: 'negative' } },
      'web.help_rated_negative',
    ],
    ['help rated positive', { event_type: 'web.help_rated', attributes: { rating: 'positive' } }, null],
    ['a page view', { event_type: 'web.page_viewed' }, null],
  ])('%s', (name, given, step) => {
    expect(failureStepOf(rawEvent({ event_type: name, ...given }))).toBe(step);
  });
});

describe('what cannot be used is refused with a reason', () => {
  test.each([
    [{ occurred_at: Date.UTC(1989, 11, 31) }, 'event_too_old', 'occurred_at'],
    [{ occurred_at: Date.UTC(2026, 2, 3, 10) + 1 }, 'event_in_future', 'occurred_at'],
    [{ identities: [] }, 'identity_missing', 'identities'],
    [{ identities: [{ type: 'customer_id', value: '~email:x', verified: true }] }, 'identity_reserved', 'identities'],
    [{ event_type: 'agent.status_changed', identities: [] }, 'actor_missing', 'actor.id'],
    [{ event_id: '' }, 'event_id_missing', 'event_id'],
  ])('%j', (given, reason, field) => {
    expect(refusalOf(rawEvent(given))).toMatchObject({ reason, field });
  });

  test('what is good is not', () => {
    expect(refusalOf(rawEvent({}))).toBeUndefined();
    const staff = { type: 'AGENT' as const, id: 'a1', team: null };
    expect(refusalOf(rawEvent({ event_type: 'agent.status_changed', identities: [], actor: staff }))).toBeUndefined();
  });
});

describe('the flat event', () => {
  test('takes the most confident label of each kind, and leaves the text behind', () => {
    const label = (text: string, confidence: number | null, kind: 'INTENT' | 'DESIRE') => ({
      label: text,
      confidence,
      kind,
      model: 'm',
    });
    const flat = enrichEvent(
      rawEvent({
        text: 'secret words',
        intents: [
          label('a', 0.4, 'INTENT'),
          label('b', 0.9, 'INTENT'),
          label('c', 0.9, 'INTENT'),
          label('refund', null, 'DESIRE'),
        ],
      }),
      true,
      rules,
    );
    expect(flat).toMatchObject({
      intent: 'b',
      intent_confidence: 0.9,
      desire: 'refund',
      late: true,
      sessionised: true,
    });
    expect(JSON.stringify(flat)).not.toContain('secret');
  });

  test('of staff has no customer and no session', () => {
    const staff = { type: 'AGENT' as const, id: 'a1', team: 't1' };
    const flat = enrichEvent(rawEvent({ event_type: 'agent.status_changed', actor: staff }), false, rules);
    expect(flat).toMatchObject({ customer_id: '', sessionised: false, agent_id: 'a1', actor_team: 't1' });
  });
});
