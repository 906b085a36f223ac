import { readFileSync } from 'node:fs';
import { SettingsError } from '../lib/settings';
import type { IngestSettings } from './settings';
import { sourcesWith } from './sources/configured';
import { readMappings } from './sources/csv/check';
import type { Source } from './sources/source';

export type SourceSettings = Pick<IngestSettings, 'INGEST_CSV_MAPPING_FILE' | 'INGEST_OWN_MAIL'>;

/** The sources as the settings have them. Throws SettingsError with every fault of the mapping file. */
export function configuredSources(settings: SourceSettings): ReadonlyMap<string, Source> {
  const { INGEST_CSV_MAPPING_FILE: file, INGEST_OWN_MAIL: ownMail } = settings;
  if (file === undefined) return sourcesWith({ ownMail, tables: new Map() });
  const read = readMappings(textOf(file));
  if ('faults' in read)
    throw new SettingsError(read.faults.map((fault) => `INGEST_CSV_MAPPING_FILE ${file}: ${fault}`));
  return sourcesWith({ ownMail, tables: read.mappings });
}

function textOf(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw new SettingsError([`INGEST_CSV_MAPPING_FILE: ${file} cannot be read: ${(error as Error).message}`]);
  }
}
