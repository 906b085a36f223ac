/**
 * Reads JSON lines `{"text", "language"?}` from standard input and writes what is read in each, one JSON line a line, in order.
 * A line that is not such JSON is answered like an empty text, so that lines stay matched.
 *
 * `npm run --silent predict -- --intents general|banking77|clinc150 [--no-share-alike] [--directory folder]`
 */
import { parseArgs } from 'node:util';
import { loadTextReader } from '../load';

const chunk = 1 << 16;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      intents: { type: 'string', default: 'general' },
      'no-share-alike': { type: 'boolean', default: false },
      directory: { type: 'string' },
    },
  });
  const reader = loadTextReader({
    pack: values.intents,
    shareAlike: !values['no-share-alike'],
    ...(values.directory ? { directory: values.directory } : {}),
  });
  let out = '';
  const answer = (line: string) => {
    const { text, language } = parsed(line);
    const { model: _, ...reading } = reader.read(text, language);
    out += `${JSON.stringify(rounded(reading))}\n`;
  };
  const flush = () => {
    if (out === '') return null;
    const full = !process.stdout.write(out);
    out = '';
    return full ? new Promise((resolve) => process.stdout.once('drain', resolve)) : null;
  };
  let rest = '';
  process.stdin.setEncoding('utf8');
  for await (const piece of process.stdin) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    for (const line of lines) {
      answer(line);
      if (out.length > chunk) await flush();
    }
    await flush();
  }
  if (rest !== '') answer(rest);
  await flush();
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

void main();
