/** The embedded reader: language, intent, emotion and desire of one text. Pure: what it knows is given to it. */
import type { TextReader, TextReading } from '../domain/text-reading';
import type { Classifier } from './classifier';
import type { DesireReader } from './desire';
import { type EmotionReader, emotions } from './emotion';
import type { Features } from './features';
import type { IntentReader } from './intent';
import { type Language, languageOf, statedLanguage } from './language';
import type { Negation } from './negation';

export interface Parts {
  /** Name and version, e.g. `cd-text-1/general`. */
  name: string;
  features: Features;
  language: Classifier | null;
  intent: IntentReader;
  desire: DesireReader;
  negation: Negation;
  emotion: Partial<Record<Language, EmotionReader>>;
}

const nothingFelt = Object.fromEntries(emotions.map((e) => [e, 0]));

export class EmbeddedReader implements TextReader {
  constructor(private readonly parts: Parts) {}

  read(text: string, stated?: string | null): TextReading {
    const { name, features, intent, desire, negation, emotion } = this.parts;
    features.run(text);
    const said = statedLanguage(stated);
    const language = said ? { label: said, confidence: 1 } : languageOf(text, features, this.parts.language);
    const known = language.label as Language | null;
    negation.look(features);
    const about = intent.read(features, known);
    // Signs without letters (emoji alone) have no language, but feeling.
    const felt = emotion[known ?? 'en']?.read(text, features);
    return {
      language,
      intent: about,
      emotions: felt?.emotions ?? { ...nothingFelt },
      present: felt?.present ?? [],
      emotion: felt?.emotion ?? { label: null, score: 0 },
      desire: desire.read(features, about),
      model: name,
    };
  }
}
