/** The embedded reader: language, intent, emotion and desire of one text. Pure: parameters are given to it. */
import type { TextReader, TextReading } from '../domain/text-reading';

export class EmbeddedReader implements TextReader {
  constructor(private readonly options: { pack: string; shareAlike: boolean }) {}

  read(text: string, language?: string | null): TextReading {
    const arabic = /\p{Script=Arabic}/u.test(text.slice(0, 400));
    return {
      language: { label: language ?? (arabic ? 'ar' : 'en'), confidence: language ? 1 : 0.5 },
      intent: { label: null, confidence: 0 },
      emotions: { anger: 0, disgust: 0, fear: 0, joy: 0, sadness: 0, surprise: 0 },
      present: [],
      emotion: { label: null, score: 0 },
      desire: { label: null, confidence: 0 },
      model: `cd-text-1/${this.options.pack}`,
    };
  }
}
