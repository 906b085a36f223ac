import { describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import vconSchema from '../../../infra/tools/vcon/vcon.schema.json';
import { fixture } from '../ingest/fixtures';
import type { SourceFixture } from '../ingest/sources/source-cases';

const ajv = new Ajv({ allErrors: true, strictTypes: false });
addFormats(ajv);
const isVcon = ajv.compile(vconSchema);

const uuid = '0195be00-0000-8000-8000-000000000001';
const start = '2026-02-10T09:00:00Z';
const dialog = (given: object): object => ({ uuid, created_at: start, dialog: [{ start, ...given }] });

describe('the schema of a vCon has the rules of the draft', () => {
  test.each([
    ['no more than it needs', { uuid, created_at: start }],
    ['an incomplete call with its reason', dialog({ type: 'incomplete', disposition: 'busy' })],
    ['a text with its content', dialog({ type: 'text', body: 'x', encoding: 'none', mediatype: 'text/plain' })],
    ['a recording elsewhere', dialog({ type: 'recording', url: 'https://a.b/c', content_hash: 'sha512-x' })],
    ['a part of seconds, parties by channel', dialog({ type: 'recording', duration: 1.5, parties: [0, [1, 2], null] })],
  ])('taken: %s', (_name, vcon) => {
    expect([isVcon(vcon), isVcon.errors]).toEqual([true, null]);
  });

  test.each([
    ['without uuid', { created_at: start }],
    ['a time without its offset', { uuid, created_at: '2026-02-10T09:00:00' }],
    ['an incomplete call without a reason', dialog({ type: 'incomplete' })],
    [
      'an incomplete call with content',
      dialog({ type: 'incomplete', disposition: 'busy', body: 'x', encoding: 'none' }),
    ],
    ['a reason in a call that was completed', dialog({ type: 'recording', disposition: 'busy' })],
    ['a transfer’s parties elsewhere', dialog({ type: 'text', transferor: 1 })],
    ['content without its encoding', dialog({ type: 'text', body: 'x', mediatype: 'text/plain' })],
    ['content without its media type', dialog({ type: 'text', body: 'x', encoding: 'none' })],
    ['an object as plain content', dialog({ type: 'text', body: {}, encoding: 'none', mediatype: 'text/plain' })],
    ['content elsewhere without its hash', dialog({ type: 'text', url: 'https://a.b/c' })],
    [
      'a key without its button',
      dialog({ type: 'text', party_history: [{ party: 0, time: start, event: 'keydown' }] }),
    ],
    ['an attachment of no dialog', { uuid, created_at: start, attachments: [{ start, party: 0 }] }],
  ])('refused: %s', (_name, vcon) => {
    expect(isVcon(vcon)).toBe(false);
  });

  test('it takes the transferred call of the source’s fixture', () => {
    const [{ deliveries }] = fixture<SourceFixture>('sources/vcon.json').cases;
    expect(isVcon(deliveries[1])).toBe(true);
  });
});
