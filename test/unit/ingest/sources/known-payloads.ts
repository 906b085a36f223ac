import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import type { Source } from '../../../../services/ingest/sources/source';
import { fixture, type Json } from '../fixtures';

const folder = join(__dirname, '../../../fixtures/ingest/sources');

/** Fixtures that serve several sources, or that are older than the folder of sources. */
const fixtureOf: Readonly<Record<string, string>> = { whatsapp: 'meta', messenger: 'meta', instagram: 'meta' };

/** Media types of sources that read bytes of their own, by the ending of a fixture's name. */
const mediaTypes: Readonly<Record<string, string>> = {
  '.eml': 'message/rfc822',
  '.mbox': 'application/mbox',
  '.csv': 'text/csv',
};

/** What a source is known to be sent: everything in its fixtures, whether it is taken or refused. */
export async function knownPayloads(name: string, source: Source): Promise<unknown[]> {
  if (name === 'events') return fixture<Json[]>('accepted-events.json').map(({ change }) => change);
  if (name === 'cloudevents') return sentIn(fixture('cloudevents.json'));
  const stem = fixtureOf[name] ?? name;
  const file = join(folder, `${stem}.json`);
  const found = existsSync(file) ? sentIn(fixture(`sources/${stem}.json`)) : [];
  const own = join(folder, stem);
  if (!source.read || !existsSync(own)) return found;
  for (const entry of readdirSync(own)) {
    if (!(extname(entry) in mediaTypes)) continue;
    const read = await source.read(readFileSync(join(own, entry)), 100);
    if ('items' in read) found.push(...read.items.flatMap((item) => ('value' in item ? [item.value] : [])));
  }
  return found;
}

type Rows = { sent?: unknown; deliveries?: unknown[] }[];

const sentIn = (groups: Record<string, Rows>): unknown[] =>
  Object.values(groups).flatMap((rows) => rows.flatMap(({ sent, deliveries }) => deliveries ?? [sent]));
