import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { sources } from '../../../../services/ingest/sources';
import { contactCentreSets } from '../../../tools/real-payloads/contact-centres';
import { intercomSet, zendeskSet } from '../../../tools/real-payloads/desks';
import { vconSet } from '../../../tools/real-payloads/tables';
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
  return [...written(stem), ...real(name)];
}

const written = (stem: string): unknown[] =>
  existsSync(join(folder, `${stem}.json`)) ? sentIn(fixture(`sources/${stem}.json`)) : [];

/** Real ones too where REAL_PAYLOADS names their folder: no part of the repository, so the tests do without. */
function real(name: string): unknown[] {
  const place = process.env.REAL_PAYLOADS;
  if (!place) return [];
  const source = sources.get(name);
  const fixtures = join(place, 'vendor_fixtures');
  return [...contactCentreSets(fixtures), vconSet(place), zendeskSet(fixtures), intercomSet(fixtures)]
    .filter((set) => set.source === source)
    .flatMap(({ items }) => items.flatMap((item) => ('value' in item ? [item.value] : [])));
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
