/** Reads packs and parameters from disk: the only file here, beside the commands, that touches the outside. */
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TextReader } from '../domain/text-reading';
import { Classifier } from './classifier';
import { CueFinder } from './cues';
import { type DesireData, DesireReader } from './desire';
import { EmotionReader, emotions } from './emotion';
import { Features } from './features';
import { IntentReader, outOfScope } from './intent';
import type { Language } from './language';
import { Lexicon } from './lexicon';
import { Negation, type NegationWords } from './negation';
import { decode } from './parameters';
import { EmbeddedReader } from './reader';
import { Glossary } from './words';

export const packs = ['general', 'banking77', 'clinc150'] as const;
export const version = 'cd-text-1';

export interface LoadOptions {
  /** Which set of intents: one of `packs`, or one trained by `make train` into `directory`. */
  pack: string;
  /** Whether parameters trained on share-alike data (CC BY-SA 4.0, `parameters-share-alike/`) may be used. */
  shareAlike: boolean;
  /** Where `packs/`, `parameters/` and `parameters-share-alike/` are; those of the repository when left out. */
  directory?: string;
}

export interface PackData {
  name: string;
  intents?: Record<string, { labels?: Record<string, string[]>; cues?: Record<string, string[]> }>;
}

const shape = { shortest: 2, longest: 5, words: 2, skips: false };

/** Throws, naming what is missing, when the pack does not exist. Takes less than 500 ms; synchronous, for use at start. */
export function loadTextReader({ pack, shareAlike, directory = defaultDirectory() }: LoadOptions): TextReader {
  const json = <T>(...path: string[]) => JSON.parse(readFileSync(join(directory, ...path), 'utf8')) as T;
  const packFile = join(directory, 'packs', `${pack}.json`);
  if (!/^[a-z0-9_-]+$/.test(pack) || !existsSync(packFile)) {
    throw new Error(`there is no intent pack '${pack}': ${packFile} does not exist (known: ${packs.join(', ')})`);
  }
  const lexicon = new Lexicon();
  const models = new Map<string, Classifier | null>();
  const model = (name: string): Classifier | null => {
    const known = models.get(name);
    if (known !== undefined) return known;
    const folders = shareAlike ? ['parameters', 'parameters-share-alike'] : ['parameters'];
    const file = folders.map((folder) => join(directory, folder, `${name}.bin`)).find(existsSync);
    const made = file === undefined ? null : new Classifier(decode(readFileSync(file)), lexicon);
    models.set(name, made);
    return made;
  };
  // As they come they lie in memory: those that read the same texts beside each other.
  const beside = [
    'emotion-pt',
    'language',
    `${pack}-en`,
    'emotion-en',
    'emotion-base-en',
    'emotion-base-ar',
    'emotion-ar',
  ];
  for (const name of beside) model(name);
  const data = json<PackData>('packs', `${pack}.json`);
  const byLanguage: Partial<Record<Language, Classifier>> = {};
  for (const language of ['en', 'pt', 'ar'] as const) {
    const found = model(`${pack}-${language}`);
    if (found) byLanguage[language] = found;
  }
  const desires = json<DesireData & { negation: NegationWords }>('desires.json');
  const negation = new Negation(desires.negation);
  const cues = data.intents ? Object.values(data.intents).map((i) => Object.values(i.cues ?? {}).flat()) : null;
  const known = Object.values(byLanguage).flatMap((m) => m.labels);
  const labels = data.intents ? Object.keys(data.intents) : [...new Set(known)].filter((l) => l !== outOfScope);
  const glossaries: Record<'pt' | 'ar', Glossary> & { en?: undefined } = {
    pt: new Glossary(json('words.pt.json')),
    ar: new Glossary(json('words.ar.json')),
  };
  const glossed = new Features(shape, lexicon, true);
  const intent = new IntentReader(
    {
      byLanguage,
      // The Arabic glossary holds words of feeling, not of a bank's matters.
      glossary: { pt: glossaries.pt },
      labels,
      cues: cues ? new CueFinder(cues) : null,
      negation,
    },
    glossed,
  );
  const emotion: Partial<Record<Language, EmotionReader>> = {};
  const signs = json<Record<'sarcasm' | 'emoji' | 'said', Record<string, string[]>>>('signs.json');
  const sarcasm = Object.values(signs.sarcasm).flat();
  for (const language of ['en', 'pt', 'ar'] as const) {
    const found = model(`emotion-${language}`);
    if (!found) continue;
    const bases = ((found.extra.bases as string[] | undefined) ?? []).map((name) => ({
      model: model(name)!,
      glossed: language !== 'en' && name === 'emotion-base-en',
    }));
    const glossary = glossaries[language];
    // Only English sets have so few emoji that they must be helped.
    const shown = emotions.map((e) => (language === 'en' ? signs.emoji[e]! : []));
    const finder = new CueFinder([...shown, sarcasm, ...emotions.map((e) => signs.said[e]!)]);
    emotion[language] = new EmotionReader(
      { model: found, bases, signs: finder, ...(glossary ? { glossary } : {}) },
      glossed,
    );
  }
  // Now and not at the first text.
  lexicon.lay();
  return new EmbeddedReader({
    name: `${version}/${pack}`,
    features: new Features(shape, lexicon),
    language: model('language'),
    intent,
    desire: new DesireReader(desires, negation),
    negation,
    emotion,
  });
}

/** The same files whether this runs from `dist/` or as TypeScript. */
export function defaultDirectory(): string {
  const compiled = join('dist', 'services', 'enrich', 'model');
  return __dirname.endsWith(compiled)
    ? join(__dirname.slice(0, -compiled.length), 'services', 'enrich', 'model')
    : __dirname;
}
