import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { configuredSources } from '../../../services/ingest/configured-sources';
import { SettingsError } from '../../../services/lib/settings';
import { start } from './start-app';

const fixtures = join(__dirname, '../../fixtures/ingest/sources');
const sources = configuredSources({
  INGEST_CSV_MAPPING_FILE: join(fixtures, 'csv/mappings.json'),
  INGEST_OWN_MAIL: ['shop.example'],
});

describe('bodies that a source reads itself', () => {
  test('a message in MIME form is stored, and has the ids of its repeat', async () => {
    const { post, stored } = start({ sources });
    const body = readFileSync(join(fixtures, 'mail/02-answer-to-three.eml'), 'utf8');
    const answers = [];
    for (const _ of [1, 2]) answers.push(await post(body, { 'content-type': 'message/rfc822' }, '/v1/sources/mail'));
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([202, 202]);
    expect(answers[0].json()).toEqual(answers[1].json());
    expect(stored[0].map(({ key }) => key)).toEqual(answers[0].json().event_ids);
    expect(stored[0]).toHaveLength(2);
  });

  test('rows of a table: the good ones are stored, the bad ones told by their place', async () => {
    const { post, stored } = start({ sources });
    const url = '/v1/sources/csv-complaints';
    const answer = await post('02/09/2026,Web,7\n2026-02-09,Web,8\n', { 'content-type': 'text/csv' }, url);
    expect([answer.statusCode, answer.json()]).toMatchObject([
      400,
      { accepted: 1, rejected: [{ index: 1, errors: [{ field: 'received', reason: 'wrong_format' }] }] },
    ]);
    expect(stored).toMatchObject([[{}]]);
  });

  test.each([
    ['nothing', 'mail', 'message/rfc822', '', 400, 'empty_body'],
    ['no mail', 'mail', 'application/json', '{}', 415, 'unsupported_media_type'],
    ['a table that nobody has described', 'csv-other', 'text/csv', 'a,b', 404, 'unknown_source'],
    ['a mail to a source of JSON', 'zendesk', 'message/rfc822', 'x', 415, 'unsupported_media_type'],
  ])('refused: %s', async (_name, source, type, body, status, reason) => {
    const { post } = start({ sources });
    const answer = await post(body, { 'content-type': type }, `/v1/sources/${source}`);
    expect([answer.statusCode, answer.json()]).toMatchObject([status, { reason }]);
  });

  test('the API document names the tables’ sources', async () => {
    const { app } = start({ sources });
    const { paths } = (await app.inject('/openapi.json')).json();
    const { parameters, requestBody, description } = paths['/v1/sources/{source}'].post;
    expect(parameters[0].schema.enum).toEqual(expect.arrayContaining(['mail', 'csv-calls', 'csv-complaints']));
    expect(Object.keys(requestBody.content)).toEqual(expect.arrayContaining(['text/csv', 'message/rfc822']));
    expect(description).toContain('Calls of the old telephone system');
  });
});

describe('the mapping file of the settings', () => {
  const file = join(mkdtempSync(join(tmpdir(), 'mapping-')), 'm.json');
  const read = () => configuredSources({ INGEST_CSV_MAPPING_FILE: file, INGEST_OWN_MAIL: [] });

  test('that is not there, or wrong in several places, stops the start with all of it', () => {
    expect(read).toThrow(SettingsError);
    writeFileSync(file, '{"a": {"system": "", "key": []}, "B": 1}');
    let thrown: unknown;
    try {
      read();
    } catch (error) {
      thrown = error;
    }
    expect((thrown as SettingsError).faults.join('\n')).toMatch(/a\.system.*a\.key.*a\.events.*B/s);
  });
});
