import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Ajv from 'ajv';
import addFormats from 'ajv-formats';
import { conversation, requestOf } from '../../infra/tools/vcon/query';
import { type Vcon, vconOf } from '../../infra/tools/vcon/vcon';
import vconSchema from '../../infra/tools/vcon/vcon.schema.json';
import type { InteractionEvent } from '../../schemas/types';
import { sources } from '../../services/ingest/sources';
import type { Source } from '../../services/ingest/sources/source';
import { loadDemoTables } from '../guide/demo-tables';
import type { Simulation } from '../simulator/simulate';
import { fixture } from '../unit/ingest/fixtures';
import { distinct, type SourceFixture, take } from '../unit/ingest/sources/source-cases';
import { AuditDatabase } from './support/audit-database';
import { builtDist } from './support/build';
import { withStack } from './support/stack';

const local = withStack(['clickhouse'], { setUpSteps: [] });
const ajv = new Ajv({ allErrors: true, strictTypes: false });
addFormats(ajv);
const isVcon = ajv.compile(vconSchema);
const now = Date.UTC(2026, 10, 26);

const sourceOf = (name: string): Source => sources.get(name) as Source;

/** What the first cases of a source's fixture become. */
function eventsOf(name: string, cases = 1): InteractionEvent[] {
  const { cases: given } = fixture<SourceFixture>(`sources/${name}.json`);
  return given
    .slice(0, cases)
    .flatMap(({ deliveries }) => distinct(deliveries.map((sent) => take(sent, sourceOf(name)))));
}

const linesOf = (events: InteractionEvent[]): Simulation =>
  ({ lines: events.map(({ received_at: _, ...event }) => ({ event })) }) as unknown as Simulation;

/** Every row, but for what an export cannot keep: pseudonyms, and when and where it arrived. */
const rows = (database: AuditDatabase) =>
  database.rows(
    `SELECT * EXCEPT (customer_id, identity_type, identity_verified, received_at, late, kafka_partition)
     FROM interactions ORDER BY event_id`,
  );

let first: AuditDatabase;
let again: AuditDatabase;
const written: Vcon[] = [];

beforeAll(async () => {
  const { clickhouseUrl } = local.stack.addresses;
  first = await AuditDatabase.open(clickhouseUrl, 'told');
  again = await AuditDatabase.open(clickhouseUrl, 'told_again');
  const events = ['chatwoot', 'zendesk', 'meta', 'vcon', 'intercom'].flatMap((name) => eventsOf(name));
  await loadDemoTables(first.client, linesOf(events));
}, 900_000);

afterAll(async () => {
  await first?.client.close();
  await again?.client.close();
});

const write = async (asked: Record<string, string>): Promise<Vcon> => {
  const { key, events } = await conversation(first.client, requestOf(asked));
  return vconOf(events, key, now);
};

describe('a conversation written as a vCon', () => {
  test('each is valid, names only parties and dialogs that it has, and always has the same uuid', async () => {
    const contacts = await first.rows<{ contact: string }>(
      `SELECT DISTINCT if(contact_id = '', interaction_id, contact_id) AS contact FROM interactions
       WHERE contact != '' ORDER BY contact`,
    );
    expect(contacts.length).toBeGreaterThanOrEqual(5);
    for (const { contact } of contacts) {
      const vcon = await write({ CONTACT: contact });
      expect([contact, isVcon(vcon), isVcon.errors]).toEqual([contact, true, null]);
      const indices = JSON.stringify(vcon, (key, value) => (key === 'attachments' ? undefined : value));
      for (const [, key, index] of indices.matchAll(/"(party|originator|transfer\w+)":(\d+)/g)) {
        expect([key, Number(index) < vcon.parties.length]).toEqual([key, true]);
      }
      for (const { original = 0, target_dialog = 0 } of vcon.dialog) {
        expect(Math.max(original as number, target_dialog as number)).toBeLessThan(vcon.dialog.length);
      }
      expect((await write({ CONTACT: contact })).uuid).toBe(vcon.uuid);
      written.push(vcon);
    }
    expect(new Set(written.map(({ uuid }) => uuid)).size).toBe(written.length);
  });

  test('read back in, they give the same events: every column of every row, and the same sessions', async () => {
    const taken = distinct(written.map((vcon) => take(JSON.parse(JSON.stringify(vcon)), sourceOf('vcon'))));
    await loadDemoTables(again.client, linesOf(taken));
    const [before, after] = [await rows(first), await rows(again)];
    expect(before.length).toBeGreaterThan(40);
    expect(after).toEqual(before);
    const sessions = `SELECT session_id, started_at, ended_at, path, path_counts, outcome, event_count, leg_count
      FROM sessions_current ORDER BY session_id`;
    expect(await again.rows(sessions)).toEqual(await first.rows(sessions));
  });

  test('it tells calls, messages and transfers to those who read no more than vCon', async () => {
    const call = written.find(({ dialog }) => dialog.some(({ interaction_id }) => interaction_id === 'call-1'));
    expect(call).toMatchObject({
      extensions: ['CC'],
      parties: [{ role: 'customer' }, { uuid: 'ben@shop.example', role: 'agent' }, { uuid: 'cleo@shop.example' }],
      dialog: [
        {
          type: 'recording',
          start: '2026-02-10T09:00:00.000Z',
          duration: 300.5,
          parties: [0, 1],
          interaction_type: 'voice',
          party_history: [{ event: 'join' }, { event: 'hold' }, { event: 'unhold' }, { party: 1, event: 'drop' }],
        },
        { type: 'transfer', transferee: 0, transferor: 1, original: 0, target_dialog: 2 },
        { type: 'recording', interaction_id: 'call-2' },
        { type: 'text', parties: [1, 0], interaction_type: 'email' },
      ],
    });
    // What the business sent through an interface says not by whom.
    const chat = written.find(({ parties }) => parties.some((party) => 'type' in party));
    expect(chat).toMatchObject({
      parties: [{ role: 'customer' }, { type: 'organization' }],
      dialog: [{ parties: [0] }, { parties: [1, 0], interaction_type: 'messaging' }, { parties: [0] }],
    });
    expect(JSON.stringify(written)).not.toContain('refund is on its way');
  });

  test('of a session: all that takes part in it, by the command as people call it', async () => {
    const [session] = await first.rows<{ session_id: string; event_count: number }>(
      "SELECT session_id, event_count FROM sessions_current WHERE customer_id = 'C-7' ORDER BY started_at LIMIT 1",
    );
    const file = join(mkdtempSync(join(tmpdir(), 'vcon-')), 'session.vcon');
    const { stdout } = await promisify(execFile)(
      process.execPath,
      [join(await builtDist(), 'infra/tools/vcon/main.js')],
      {
        env: {
          PATH: process.env.PATH,
          CLICKHOUSE_URL: local.stack.addresses.clickhouseUrl,
          CLICKHOUSE_DATABASE: 'told',
          SESSION: session.session_id,
          FILE: file,
        },
      },
    );
    expect(stdout).toBe(`${file}: ${session.event_count} events\n`);
    const vcon = JSON.parse(readFileSync(file, 'utf8'));
    expect([isVcon(vcon), vcon.attachments[0].body.length]).toEqual([true, session.event_count]);
  });

  test('a name that nobody or more than one has is refused', async () => {
    await expect(write({ CONTACT: 'nobody' })).rejects.toThrow('nothing is known of nobody');
    await expect(write({})).rejects.toThrow('name one of them');
    const zendesk = eventsOf('zendesk').map((event) => ({
      ...event,
      event_id: `other-${event.event_id}`,
      identities: [{ type: 'customer_id', value: 'C-8', verified: true }],
    }));
    await loadDemoTables(first.client, linesOf(zendesk));
    await expect(write({ CONTACT: '501' })).rejects.toThrow(/2 conversations have that name: add CUSTOMER=/);
    expect((await write({ CONTACT: '501', CUSTOMER: 'C-8' })).parties[0]).toEqual({ uuid: 'C-8', role: 'customer' });
  });
});
