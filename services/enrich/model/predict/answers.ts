import type { TextReader } from '../../domain/text-reading';

/** The answer to one line: one JSON line. A line that is not `{"text", "language"?}` is answered like an empty text. */
export function answerTo(line: string, reader: TextReader): string {
  const { text, language } = parsed(line);
  const { model: _, ...reading } = reader.read(text, language);
  return `${JSON.stringify(rounded(reading))}\n`;
}

function parsed(line: string): { text: string; language: string | null } {
  try {
    const row = JSON.parse(line) as { text?: unknown; language?: unknown } | null;
    return {
      text: typeof row?.text === 'string' ? row.text : '',
      language: typeof row?.language === 'string' ? row.language : null,
    };
  } catch {
    return { text: '', language: null };
  }
}

/** Four digits are more than a model knows. */
function rounded<T>(value: T): T {
  if (typeof value === 'number') return (Math.round(value * 1e4) / 1e4) as T;
  if (Array.isArray(value) || value === null || typeof value !== 'object') return value;
  return Object.fromEntries(Object.entries(value).map(([k, v]) => [k, rounded(v)])) as T;
}
