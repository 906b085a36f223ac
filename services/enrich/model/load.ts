/** Reads a model's parameters from disk: the only file here, beside the commands, that touches the outside. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { TextReader } from '../domain/text-reading';
import { EmbeddedReader } from './reader';

export const packs = ['general', 'banking77', 'clinc150'] as const;
export type Pack = (typeof packs)[number];

export interface LoadOptions {
  /** Which set of intents. */
  pack: string;
  /** Whether parameters trained on share-alike data (CC BY-SA 4.0, `parameters-share-alike/`) may be used. */
  shareAlike: boolean;
  /** Where `parameters/` and `parameters-share-alike/` are; those of the repository when left out. */
  directory?: string;
}

/** Throws, naming the pack and folder, when they do not exist. Takes less than 500 ms; synchronous, for use at start. */
export function loadTextReader({ pack, shareAlike, directory = defaultDirectory() }: LoadOptions): TextReader {
  if (!existsSync(directory)) throw new Error(`no folder ${directory} with the parameters of the text models`);
  return new EmbeddedReader({ pack, shareAlike });
}

/** The same sources whether this runs from `dist/` or as TypeScript. */
export function defaultDirectory(): string {
  const here = __dirname;
  const compiled = join('dist', 'services', 'enrich', 'model');
  return here.endsWith(compiled) ? join(here.slice(0, -compiled.length), 'services', 'enrich', 'model') : here;
}
