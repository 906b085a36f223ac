import { describe, expect, jest, test } from '@jest/globals';
import fc from 'fast-check';
import { readBody } from '../../../../services/ingest/body';
import { intake } from '../../../../services/ingest/intake';
import { sources } from '../../../../services/ingest/sources';
import type { SentAs, Source } from '../../../../services/ingest/sources/source';
import { avroType } from '../../../../services/lib/avro';
import { receivedAt } from '../fixtures';
import { type Body, knownBodies, knownPayloads } from './known-payloads';
import { mutated, mutatedBytes, wild } from './mutations';

const avro = avroType('interaction-event.v1');
const context = { receivedAt, encode: (event: object): Buffer => avro.toBuffer(event), maxEventBytes: 1_000_000 };
/** Of each source; set FUZZ_RUNS for a long hunt. */
const runs = Number(process.env.FUZZ_RUNS ?? 150);
// A machine may be busy with other tests, and a hunt is long.
jest.setTimeout(20_000 + runs * 200);

/** Every media type that a source takes, since adapters may look at it. */
const sentAsOf = (source: Source): fc.Arbitrary<SentAs> =>
  fc.constantFrom(...source.mediaTypes.map((mediaType) => ({ mediaType, headers: {} })));

/** What ingest promises of any item: stored, rightly without an event, or refused with faults that name a field. */
function decide(source: Source, value: unknown, sentAs: SentAs): string[] {
  const { records, rejected, skipped } = intake([{ value }], source, sentAs, context);
  const decided = [records, rejected, skipped].filter((it) => it.length > 0);
  if (decided.length !== 1) throw new Error(`decided in ${decided.length} ways`);
  for (const { errors } of rejected) {
    if (errors.length === 0 || errors.length > 10) throw new Error(`${errors.length} faults`);
    for (const { field, reason, message } of errors) {
      const isNamed = field !== '' && message.startsWith(`${field} `);
      if (!isNamed || !countable.test(reason))
        throw new Error(`no fault: ${JSON.stringify({ field, reason, message })}`);
    }
  }
  for (const { reason } of skipped) if (!countable.test(reason)) throw new Error(`no reason: ${reason}`);
  for (const { value: stored } of records) avro.fromBuffer(stored);
  return records.map(({ key }) => key);
}

const countable = /^[a-z0-9_]+$/;

/** A change of the item by an adapter, or anything drawn from outside it, would show in a second reading. */
function isDecidedAlike(source: Source, value: unknown, sentAs: SentAs): void {
  const before = JSON.stringify(value);
  const first = decide(source, value, sentAs);
  if (JSON.stringify(value) !== before) throw new Error('the adapter changed the item');
  if (decide(source, JSON.parse(before), sentAs).join() !== first.join()) throw new Error('decided in another way');
}

const ofJson = [...sources].filter(([, { read }]) => !read);
const ofBytes = [...sources].filter(([, { read }]) => read);

describe.each(ofJson)('%s', (name, source) => {
  const known = knownPayloads(name);

  test('any JSON becomes events, rightly none, or faults that name a field', () => {
    fc.assert(
      fc.property(wild, sentAsOf(source), (value, sentAs) => isDecidedAlike(source, value, sentAs)),
      { numRuns: runs },
    );
  });

  test('a payload with something in it set to anything', () => {
    // Without payloads of its own a source would be fuzzed in its first line only.
    expect(known.length).toBeGreaterThan(0);
    fc.assert(
      fc.property(fc.constantFrom(...known).chain(mutated), sentAsOf(source), (value, sentAs) =>
        isDecidedAlike(source, value, sentAs),
      ),
      { numRuns: runs * 2 },
    );
  });

  test('a known payload makes the same ids, in whatever order its keys come', () => {
    for (const payload of known) {
      const sentAs = { mediaType: source.mediaTypes[0], headers: {} };
      const turned = JSON.parse(JSON.stringify(payload), (_key, value) =>
        value && typeof value === 'object' && !Array.isArray(value)
          ? Object.fromEntries(Object.entries(value).reverse())
          : value,
      );
      expect(decide(source, turned, sentAs).sort()).toEqual(decide(source, payload, sentAs).sort());
    }
  });
});

describe.each(ofBytes)('%s', (name, source) => {
  test('a body with some of its bytes changed, and any bytes at all', async () => {
    const known = knownBodies(name);
    expect(known.length).toBeGreaterThan(0);
    const changed = fc
      .constantFrom(...known)
      .chain(({ body, mediaType }) => mutatedBytes(body).map((it) => ({ body: it, mediaType })));
    const any = fc
      .tuple(fc.uint8Array({ maxLength: 200 }), fc.constantFrom(...source.mediaTypes))
      .map(([it, mediaType]) => ({ body: Buffer.from(it), mediaType }));
    await fc.assert(
      fc.asyncProperty(fc.oneof({ arbitrary: changed, weight: 3 }, { arbitrary: any, weight: 1 }), async (sent) => {
        const first = await decideBody(source, sent);
        if ((await decideBody(source, sent)) !== first) throw new Error('decided in another way');
      }),
      { numRuns: runs },
    );
  });
});

/** Ids of the events in a body, or why it is refused; anything but that throws. */
async function decideBody(source: Source, { body, mediaType }: Body): Promise<string> {
  const sentAs = { mediaType, headers: {} };
  const read = await readBody(body, source, sentAs, 50);
  if ('refused' in read) {
    if (!countable.test(read.refused.reason) || read.refused.status < 400) throw new Error('no refusal');
    return read.refused.reason;
  }
  return read.items.map((item) => ('value' in item ? decide(source, item.value, sentAs).join() : 'faults')).join(';');
}
