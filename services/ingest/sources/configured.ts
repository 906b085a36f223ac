import { csvSource } from './csv';
import type { TableMapping } from './csv/mapping';
import { sources } from './index';
import { mailOf } from './mail';
import type { Source } from './source';

/** What a deployment says about its sources. */
export interface SourceConfig {
  /** Addresses and domains of the organisation, lower-case: mail from them is outbound. */
  ownMail: readonly string[];
  /** How its tables become events; each makes a source `csv-<name>`. */
  tables: ReadonlyMap<string, TableMapping>;
}

/** Every source as a deployment has it: those of the map, some of them told more, and one for each kind of table. */
export function sourcesWith({ ownMail, tables }: SourceConfig): ReadonlyMap<string, Source> {
  return new Map([
    ...sources,
    ['mail', mailOf(ownMail)],
    ...[...tables].map(([name, mapping]) => [`csv-${name}`, csvSource(mapping)] as const),
  ]);
}
