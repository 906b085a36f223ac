import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Items } from '../../../services/ingest/body';
import { csvSource } from '../../../services/ingest/sources/csv';
import { readMappings } from '../../../services/ingest/sources/csv/check';
import { vcon } from '../../../services/ingest/sources/vcon';
import type { RealSet } from './count';
import { jsonFilesOf } from './files';
import tables from './tables.json';

/** Public tables, by mappings that are data. */
export async function tableSets(folder: string): Promise<RealSet[]> {
  const read = readMappings(JSON.stringify(tables));
  if ('faults' in read) throw new Error(read.faults.join('\n'));
  const files = { cfpb: 'cfpb/consumer_complaints.csv', nyc311: 'nyc311/erm2-nwe9_1000.csv' };
  const sets: RealSet[] = [];
  for (const [name, file] of Object.entries(files)) {
    const mapping = read.mappings.get(name);
    if (!mapping) throw new Error(`there is no mapping ${name}`);
    const source = csvSource(mapping);
    const items = (await source.read?.(readFileSync(join(folder, file)), 1_000_000)) as Items;
    if ('refused' in items) throw new Error(items.refused.message);
    sets.push({ name: `${name} (csv)`, source, items: items.items });
  }
  return sets;
}

export const vconSet = (folder: string): RealSet => ({
  name: 'vCon conversations',
  source: vcon,
  items: jsonFilesOf(join(folder, 'vcon')).map((value) => ({ value })),
});
