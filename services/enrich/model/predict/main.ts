/**
 * Reads JSON lines `{"text", "language"?}` from standard input and writes what is read in each, one JSON line a line, in order.
 * A line that is not such JSON is answered like an empty text, so that lines stay matched. Many lines are read by as
 * many processes as there are processors; `--alone`: by this one.
 *
 * `npm run --silent predict -- --intents general|banking77|clinc150 [--no-share-alike] [--directory folder] [--alone]`
 */
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { loadTextReader } from '../load';
import { answerTo } from './answers';
import { Crew } from './crew';

const batchLines = 500;
/** Fewer lines than this are answered before another process has started. */
const worthACrew = 2_000;

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      intents: { type: 'string', default: 'general' },
      'no-share-alike': { type: 'boolean', default: false },
      directory: { type: 'string' },
      alone: { type: 'boolean', default: false },
    },
  });
  const reader = loadTextReader({
    pack: values.intents,
    shareAlike: !values['no-share-alike'],
    ...(values.directory ? { directory: values.directory } : {}),
  });
  const processes = values.alone ? 1 : Math.min(8, availableParallelism());
  let crew: Crew | undefined;
  let batch: string[] = [];
  let seen = 0;
  const flush = async (): Promise<void> => {
    const lines = batch;
    batch = [];
    if (crew) await crew.take(lines);
    else if (lines.length > 0) await say(lines.map((line) => answerTo(line, reader)).join(''));
    if (processes > 1 && seen >= worthACrew) crew ??= new Crew(processes, process.argv.slice(1), say);
  };
  for await (const line of linesOf(process.stdin)) {
    batch.push(line);
    seen += 1;
    if (batch.length >= (values.alone ? 50 : batchLines)) await flush();
  }
  if (batch.length > 0) await flush();
  await crew?.end();
}

/** Ended by line feeds alone: `readline` also cuts at separators that JSON may hold. */
async function* linesOf(input: NodeJS.ReadStream): AsyncGenerator<string> {
  input.setEncoding('utf8');
  let rest = '';
  for await (const piece of input) {
    const lines = (rest + piece).split('\n');
    rest = lines.pop()!;
    yield* lines;
  }
  if (rest !== '') yield rest;
}

/** Null, or resolves when standard output takes more. */
function say(text: string): Promise<unknown> | null {
  return process.stdout.write(text) ? null : new Promise((resolve) => process.stdout.once('drain', resolve));
}

void main();
