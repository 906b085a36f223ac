import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
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
export function knownPayloads(name: string): unknown[] {
  if (name === 'events') return fixture<Json[]>('accepted-events.json').map(({ change }) => change);
  if (name === 'cloudevents') return sentIn(fixture('cloudevents.json'));
  const stem = fixtureOf[name] ?? name;
  return existsSync(join(folder, `${stem}.json`)) ? sentIn(fixture(`sources/${stem}.json`)) : [];
}

/** Bodies of a source that reads its own bytes. */
export function knownBodies(name: string): Body[] {
  const own = join(folder, name);
  const files = existsSync(own) ? readdirSync(own).filter((file) => extname(file) in mediaTypes) : [];
  return files.map((file) => ({ body: readFileSync(join(own, file)), mediaType: mediaTypes[extname(file)] }));
}

export interface Body {
  body: Buffer;
  mediaType: string;
}

type Rows = { sent?: unknown; deliveries?: unknown[] }[];

const sentIn = (groups: Record<string, Rows>): unknown[] =>
  Object.values(groups).flatMap((rows) => rows.flatMap(({ sent, deliveries }) => deliveries ?? [sent]));
