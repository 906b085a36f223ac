import { describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import type { InteractionEvent } from '../../../schemas/types';
import { isCustomersText, statedLanguage, withReading } from '../../../services/enrich/domain/customer-text';
import { enrichEvent } from '../../../services/enrich/domain/enrich-event';
import { redactionKinds } from '../../../services/enrich/domain/redaction/redact';
import type { TextReading } from '../../../services/enrich/domain/text-reading';
import { enrichMetrics } from '../../../services/enrich/metrics';
import { EmbeddedReadings, type StoredTexts, Texts } from '../../../services/enrich/texts';
import { rawEvent } from '../../support/raw-event';

const actor = (type: 'CUSTOMER' | 'AGENT' | 'BOT' | 'SYSTEM' | 'SUPERVISOR' | 'THIRD_PARTY' | 'UNKNOWN') => ({
  type,
  id: null,
  team: null,
});
const reading: TextReading = {
  language: { label: 'pt', confidence: 0.9 },
  intent: { label: 'billing', confidence: 0.8 },
  emotions: { anger: 0.7 },
  present: ['anger'],
  emotion: { label: 'anger', score: -0.7 },
  desire: { label: 'refund', confidence: 0.6 },
  model: 'cd-text-1/general',
};
const flat = (given: Partial<InteractionEvent>) => enrichEvent(rawEvent(given), false, { key: 'k'.repeat(16) });

describe('whose words a text is', () => {
  test.each<[string, Partial<InteractionEvent>, boolean]>([
    ['a customer', { actor: actor('CUSTOMER') }, true],
    ['a customer, whatever the direction', { actor: actor('CUSTOMER'), direction: 'OUTBOUND' }, true],
    ['nobody named, inbound', { direction: 'INBOUND', channel: 'EMAIL' }, true],
    ['nobody named, no direction', { actor: actor('UNKNOWN'), direction: 'UNKNOWN', channel: 'REVIEW' }, true],
    ['nobody named, outbound', { direction: 'OUTBOUND', channel: 'EMAIL' }, false],
    ['nobody named, a note among colleagues', { direction: 'INTERNAL', channel: 'EMAIL' }, false],
    ['nobody named, in the back office', { channel: 'TASK' }, false],
    ['nobody named, a newsletter', { stage: 'MARKETING', direction: 'UNKNOWN' }, false],
    ['an agent', { actor: actor('AGENT'), direction: 'INBOUND' }, false],
    ['a bot', { actor: actor('BOT') }, false],
    ['a system', { actor: actor('SYSTEM') }, false],
    ['a supervisor', { actor: actor('SUPERVISOR') }, false],
    ['a third party', { actor: actor('THIRD_PARTY') }, false],
    ['staff', { event_type: 'quality.evaluated', actor: actor('CUSTOMER') }, false],
    ['no text', { text: null, actor: actor('CUSTOMER') }, false],
    ['an empty text', { text: '', actor: actor('CUSTOMER') }, false],
  ])('%s', (_name, given, expected) => {
    expect(isCustomersText(rawEvent({ text: 'I am angry', ...given }))).toBe(expected);
  });

  test.each([
    [{ language: 'pt-BR' }, 'pt'],
    [{ locale: 'ar_EG' }, 'ar'],
    [{ language: ' EN ' }, 'en'],
    [{ language: 'Portuguese (Brazil)' }, null],
    [{}, null],
  ])('%j is stated as %s', (attributes, language) => {
    expect(statedLanguage(attributes as Record<string, string>)).toBe(language);
  });
});

describe('what is read', () => {
  test('fills in what the source left open, with the model beside it', () => {
    expect(withReading(flat({}), reading)).toMatchObject({
      language: 'pt',
      intent: 'billing',
      intent_confidence: 0.8,
      intent_model: reading.model,
      emotion_score: -0.7,
      emotion_label: 'anger',
      emotion_model: reading.model,
      desire: 'refund',
      desire_confidence: 0.6,
      desire_model: reading.model,
    });
  });

  test('never replaces nor mixes with what the source states', () => {
    const label = (kind: 'INTENT' | 'DESIRE') => ({ label: 'own', confidence: null, kind, model: null });
    const stated = flat({
      text: 'words',
      intents: [label('INTENT'), label('DESIRE')],
      emotion: { score: 0.2, label: null, raw: null, raw_min: null, raw_max: null, model: 'vendor' },
      attributes: { language: 'ar-MA' },
    });
    expect(withReading(stated, reading)).toEqual(stated);
    expect(stated).toMatchObject({
      language: 'ar',
      intent: 'own',
      desire: 'own',
      emotion_score: 0.2,
      emotion_label: null,
    });
  });

  test('unknown stays unknown', () => {
    const unknown = { label: null, confidence: 0.1 };
    const nothing = {
      ...reading,
      emotions: { anger: 0, joy: 0 },
      language: unknown,
      intent: unknown,
      desire: unknown,
      emotion: { label: null, score: -0.1 },
    };
    expect(withReading(flat({}), nothing)).toEqual(flat({}));
  });

  test('a calm text has a score and no label; a wish for nothing is none', () => {
    const calm = {
      ...reading,
      emotions: { anger: 0.06, joy: 0.1 },
      emotion: { label: null, score: 0.04 },
      desire: { label: 'none', confidence: 0.9 },
    };
    expect(withReading(flat({}), calm)).toMatchObject({
      emotion_score: 0.04,
      emotion_label: null,
      desire: null,
      desire_model: null,
    });
  });
});

describe('texts of events', () => {
  const applied = async (given: Partial<InteractionEvent>, stored: StoredTexts = 'off', withReader = true) => {
    const metrics = enrichMetrics(new Registry());
    const asked: [string, string | null | undefined][] = [];
    const reader = {
      read: (text: string, language?: string | null) => {
        asked.push([text, language]);
        return reading;
      },
    };
    const readings = withReader ? new EmbeddedReadings(reader, metrics) : undefined;
    const texts = new Texts({ stored, kinds: new Set(redactionKinds) }, readings, metrics);
    const raw = rawEvent(given);
    const event = { raw, value: enrichEvent(raw, false, { key: 'k'.repeat(16) }) };
    await texts.apply([event], async () => undefined);
    return { value: event.value, asked, redactions: (await metrics.redactions.get()).values };
  };
  const words = 'Write to ana@example.com or call +351 912 345 678';

  test('of a customer are read as they came; nothing of them goes on unless set', async () => {
    const { value, asked } = await applied({
      text: words,
      actor: actor('CUSTOMER'),
      attributes: { language: 'en-GB' },
    });
    expect(asked).toEqual([[words, 'en']]);
    expect(value).toMatchObject({ text: null, emotion_label: 'anger', language: 'en' });
  });

  test.each<[StoredTexts, 'CUSTOMER' | 'AGENT', boolean]>([
    ['off', 'CUSTOMER', false],
    ['off', 'AGENT', false],
    ['customers', 'CUSTOMER', true],
    ['customers', 'AGENT', false],
    ['all', 'CUSTOMER', true],
    ['all', 'AGENT', true],
  ])('STORE_TEXT=%s, of a %s: stored %s', async (stored, type, isStored) => {
    const { value, asked } = await applied({ text: words, actor: actor(type) }, stored);
    expect(value.text).toBe(isStored ? 'Write to [EMAIL] or call [PHONE]' : null);
    expect(asked.length).toBe(type === 'CUSTOMER' ? 1 : 0);
    if (type === 'AGENT') expect(value).toMatchObject({ emotion_score: null, emotion_label: null, intent: null });
  });

  test('attributes that hold free words are redacted, ids and codes stay', async () => {
    const attributes = { subject: `Re: ${words}`, phone_id: '+351912345678', plan: 'gold' };
    const { value, redactions } = await applied({ attributes }, 'off', false);
    expect(value.attributes).toEqual({ ...attributes, subject: 'Re: Write to [EMAIL] or call [PHONE]' });
    expect(redactions.map(({ labels, value }) => [labels.kind, value])).toEqual([
      ['email', 1],
      ['phone', 1],
    ]);
  });

  test('the customer’s names are among what is redacted', async () => {
    const { value } = await applied(
      { text: 'Ana Silva here', actor: actor('CUSTOMER'), attributes: { customer_name: 'Ana Silva' } },
      'customers',
    );
    expect(value.text).toBe('[NAME] here');
  });

  test('that a model fails on are not read, and stop nothing', async () => {
    const metrics = enrichMetrics(new Registry());
    const failing = () => {
      throw new Error('a bug');
    };
    const readings = new EmbeddedReadings({ read: failing }, metrics);
    const [given] = await readings.read([{ text: 'a', language: null, names: () => [] }]);
    expect(withReading(flat({}), given)).toEqual(flat({}));
    expect((await metrics.texts.get()).values).toContainEqual({ labels: { result: 'nobody' }, value: 1 });
  });
});
