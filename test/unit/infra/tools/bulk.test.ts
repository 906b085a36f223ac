import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { bulk } from '../../../../infra/tools/bulk/bulk';
import { type Block, cutCsv, cutJson, cutLines, cutMbox } from '../../../../infra/tools/bulk/cut';
import { bytesOf, formatOf, inputsOf } from '../../../../infra/tools/bulk/input';
import { pack, unpack } from '../../../../infra/tools/bulk/packed';
import type { Pool } from '../../../../infra/tools/bulk/pool';
import { isBulk } from '../../../../infra/tools/bulk/run';
import { type Done, workOff } from '../../../../infra/tools/bulk/worker';
import { checkpointFor } from '../../../../infra/tools/replay/checkpoint';
import { sources } from '../../../../services/ingest/sources';
import type { Source } from '../../../../services/ingest/sources/source';
import { avroType } from '../../../../services/lib/avro';
import { NotStored } from '../../../../services/lib/kafka/batching-producer';
import { goodEvent } from '../../ingest/fixtures';

const folder = mkdtempSync(join(tmpdir(), 'bulk-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Cut = (bytes: AsyncIterable<Buffer>) => AsyncGenerator<Block>;

/** The blocks of a text that arrives in pieces of these sizes, in turn. */
async function cutUp(
  cut: Cut,
  text: string,
  sizes: number[] = [1_000_000],
): Promise<{ texts: string[]; end: number }[]> {
  const bytes = Buffer.from(text);
  async function* pieces(): AsyncGenerator<Buffer> {
    for (let at = 0, turn = 0; at < bytes.length; turn++) {
      const size = sizes[turn % sizes.length];
      yield Buffer.from(bytes.subarray(at, at + size));
      at += size;
    }
  }
  const blocks: { texts: string[]; end: number }[] = [];
  for await (const { bodies, end } of cut(pieces())) blocks.push({ texts: bodies.map(String), end });
  return blocks;
}

const bodiesOf = (blocks: { texts: string[] }[]): string => blocks.flatMap(({ texts }) => texts).join('');
const sizes = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 5 });
const json = fc.jsonValue({ maxDepth: 3 });

describe('cutting', () => {
  test('the same blocks however the bytes arrive, and every byte of lines in one of them', async () => {
    const cut: Cut = (bytes) => cutLines(bytes, 10);
    await fc.assert(
      fc.asyncProperty(fc.array(fc.stringMatching(/^[a-zé"{}]{0,30}$/)), sizes, async (lines, pieces) => {
        const text = lines.join('\n');
        const blocks = await cutUp(cut, text, pieces);
        expect(blocks).toEqual(await cutUp(cut, text));
        expect(bodiesOf(blocks)).toBe(text);
        expect(blocks.at(-1)?.end ?? 0).toBe(Buffer.byteLength(text));
      }),
    );
  });

  test('JSON: an array, values behind one another, printed prettily or not: the values, one a line', async () => {
    const cut: Cut = (bytes) => cutJson(bytes, 20);
    const written = fc.constantFrom<(values: unknown[]) => string>(
      (values) => JSON.stringify(values),
      (values) => `\ufeff ${JSON.stringify(values, null, 2)}\n`,
      (values) => values.map((it) => `{"v":${JSON.stringify(it)}}`).join('\n'),
      (values) => values.map((it) => JSON.stringify({ v: it }, null, 3)).join('\r\n\r\n'),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(json), written, sizes, async (values, write, pieces) => {
        const text = write(values);
        const blocks = await cutUp(cut, text, [...pieces, 5]);
        expect(blocks).toEqual(await cutUp(cut, text));
        const lines = bodiesOf(blocks).split('\n').slice(0, -1);
        const asArray = text.includes('[') && write(values).replace('\ufeff', '').trim().startsWith('[');
        const plain = JSON.parse(JSON.stringify(values));
        expect(lines.map((line) => JSON.parse(line))).toEqual(asArray ? plain : plain.map((v: unknown) => ({ v })));
      }),
    );
  });

  test('tables: the heading before every block, line breaks in quotes stay in their cell', async () => {
    const text = 'a,b\n1,"x\ny"\n2,"he said ""no\n"""\n3,z';
    const expected = [
      { texts: ['a,b\n1,"x\ny"\n'], end: 12 },
      { texts: ['a,b\n2,"he said ""no\n"""\n'], end: 32 },
      { texts: ['a,b\n3,z'], end: 35 },
    ];
    for (const pieces of [[100], [1], [7, 2]]) {
      expect(await cutUp((bytes) => cutCsv(bytes, 5, true), text, pieces)).toEqual(expected);
    }
    expect(await cutUp((bytes) => cutCsv(bytes, 100, false), 'x,1\ny,2\n')).toEqual([
      { texts: ['x,1\ny,2\n'], end: 8 },
    ]);
  });

  test('an mbox: each message without its From line, lines that look like one as they were', async () => {
    const first = 'Subject: a\n\n>From here on\nFrom now\n\n';
    const text = `From a@b Thu Jan  1 00:00:00 2026\n${first}From c@d Thu\nSubject: b\r\n\r\nbody\r\n\r\nFrom e@f\nSubject: c\n`;
    for (const pieces of [[1_000], [1], [9, 4]]) {
      const blocks = await cutUp((bytes) => cutMbox(bytes, 10), text, pieces);
      expect(blocks.flatMap(({ texts }) => texts)).toEqual([
        first.replace('>From', 'From'),
        'Subject: b\r\n\r\nbody\r\n\r\n',
        'Subject: c\n',
      ]);
    }
  });
});

test('records are unpacked as they were packed', () => {
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.string({ unit: 'grapheme' }), fc.uint8Array())), (pairs) => {
      const records = pairs.map(([key, value]) => ({ key, value: Buffer.from(value) }));
      fc.pre(records.every(({ key }) => !/\p{Cs}/u.test(key)));
      expect(unpack(pack(records))).toEqual(records);
    }),
  );
});

describe('inputs', () => {
  const write = (name: string, content: string | Buffer): string => {
    writeFileSync(join(folder, name), content);
    return join(folder, name);
  };
  const read = async (path: string): Promise<string> => {
    const chunks: Buffer[] = [];
    for await (const chunk of bytesOf({ path }, () => undefined)) chunks.push(chunk);
    return Buffer.concat(chunks).toString();
  };

  test('gzip, several members too, and zstd by their first bytes; a broken one says so', async () => {
    const text = 'line\n'.repeat(100_000);
    expect(await read(write('a.gz', Buffer.concat([gzipSync(text), gzipSync('end')])))).toBe(`${text}end`);
    // `printf 'hello\n' | zstd`: two frames, one behind the other.
    const zstd = Buffer.from('28b52ffd045831000068656c6c6f0a5388bd91', 'hex');
    expect(await read(write('a.zst', Buffer.concat([zstd, zstd])))).toBe('hello\nhello\n');
    expect(await read(write('plain', text))).toBe(text);
    expect(await read(write('none', ''))).toBe('');
    await expect(read(write('broken.gz', gzipSync(text).subarray(0, 100)))).rejects.toThrow();
  });

  test.each([
    ['a.ndjson.gz', '', 'lines'],
    ['a.CSV', '', 'csv'],
    ['a.eml', '', 'mail'],
    ['a.json', '', 'json'],
    ['a', '{"a":1}\n{"a":2}', 'lines'],
    ['a', '{\n "a":1}', 'json'],
    ['a', ' [1]', 'json'],
    ['a', 'From x', 'mbox'],
    ['a', 'hello', undefined],
  ])('%s %j is %s', (name, head, format) => {
    expect(formatOf(name, Buffer.from(head))).toBe(format);
  });

  test('a folder: its files by name, hidden ones passed over; what goes through HTTP as before', () => {
    const inner = join(folder, 'many', 'b');
    mkdirSync(inner, { recursive: true });
    for (const name of ['b/2.ndjson', 'a.ndjson', '.hidden', 'b/1.ndjson'])
      writeFileSync(join(folder, 'many', name), 'x');
    expect(inputsOf(join(folder, 'many')).map(({ path }) => path.slice(folder.length))).toEqual([
      '/many/a.ndjson',
      '/many/b/1.ndjson',
      '/many/b/2.ndjson',
    ]);
    const plain = write('x.ndjson', '');
    expect([isBulk({ FILE: plain }), isBulk({ FILE: '-' }), isBulk({ FILE: plain, BULK: '1' })]).toEqual([
      false,
      false,
      true,
    ]);
    expect([isBulk({ FILE: join(folder, 'many') }), isBulk({ FILE: join(folder, 'a.gz') })]).toEqual([true, true]);
    expect(() => inputsOf(join(folder, 'nowhere'))).toThrow('there is no file');
  });
});

describe('a run', () => {
  const avro = avroType('interaction-event.v1');
  const lines = Array.from({ length: 300 }, (_, index) => JSON.stringify({ ...goodEvent, event_id: `e${index}` }));
  lines[10] = JSON.stringify({ ...goodEvent, channel: 'PIGEON' });
  lines[20] = '{"broken';
  const path = join(folder, 'run.ndjson');
  writeFileSync(path, lines.join('\n'));
  const good = lines.flatMap((_line, index) => (index === 10 || index === 20 ? [] : [`e${index}`]));
  const settings = { mediaType: 'application/x-ndjson', asLines: true, maxEventBytes: 1_000_000 };
  let id = 0;
  /** The threads' work, done here, the later block sooner. */
  const pool = {
    size: 2,
    run: async (bodies: Buffer[], receivedAt: number): Promise<Done> => {
      const work = { id: id++, bodies: bodies.map((it) => new Uint8Array(it)), receivedAt };
      await new Promise((resolve) => setTimeout(resolve, id % 2 === 0 ? 0 : 5));
      return workOff(work, sources.get('events') as Source, settings, (event) => avro.toBuffer(event));
    },
  } as unknown as Pool;
  const run = (send: (keys: string[]) => Promise<void>) =>
    bulk({
      inputs: [{ path }],
      format: 'lines',
      hasHeading: true,
      blockBytes: 1_000,
      pool,
      send: (records) => send(records.map(({ key }) => key)),
      checkpointOf: (input) => checkpointFor(input.path, join(folder, 'checkpoints')),
      rejectsFile: join(folder, 'rejected.ndjson'),
      onProgress: () => undefined,
      onRetry: () => undefined,
    });

  test('everything in the order of the file; what is refused is counted', async () => {
    const sent: string[] = [];
    const result = await run(async (keys) => void sent.push(...keys));
    expect(sent).toEqual(good);
    expect(result).toMatchObject({
      accepted: 298,
      items: 300,
      rejected: 2,
      reasons: { unknown_value: 1, invalid_json: 1 },
    });
  });

  test('Kafka away for a moment: sent again; a run that fails goes on behind what it had noted', async () => {
    const sent: string[] = [];
    let calls = 0;
    const failing = run(async (keys) => {
      calls++;
      if (calls === 3) throw new NotStored('Kafka: gone');
      if (calls === 20) throw new Error('ended');
      if (calls === 12) await new Promise((resolve) => setTimeout(resolve, 1_100));
      sent.push(...keys);
    });
    await expect(failing).rejects.toThrow('ended');
    expect(sent).toEqual(good.slice(0, sent.length));
    const rest: string[] = [];
    await run(async (keys) => void rest.push(...keys));
    expect(rest.length).toBeLessThan(good.length);
    expect(rest).toEqual(good.slice(good.length - rest.length));
    expect(sent.length + rest.length).toBeGreaterThanOrEqual(good.length);
    const anew: string[] = [];
    await run(async (keys) => void anew.push(...keys));
    expect(anew).toEqual(good);
  });
});
