import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { kindHeader, topics } from '../../services/lib/topics';
import { SessionizeFleet } from './support/sessionize-fleet';
import { SessionsInput } from './support/sessions-input';
import { judge, type Verdict } from './support/sessions-verdict';
import { withStack } from './support/stack';
import { Writing } from './support/writing';

const local = withStack(['kafka', 'registry']);
const seed = Number(process.env.CD_SEED ?? 20_261_123);
const events = 9_000;
/** Of these, how many the takeovers leave to the drained shutdown. */
const forShutdown = 2_000;

let fleet: SessionizeFleet;
let input: SessionsInput;

beforeAll(async () => {
  const { addresses } = local.stack;
  fleet = await SessionizeFleet.connect(addresses);
  const options = { seed, events, customers: 400, days: 5, poison: 4 };
  input = await SessionsInput.open(fleet.kafka, addresses.schemaRegistryUrl, options);
}, 90_000);

afterAll(async () => {
  await fleet?.close();
  await input?.close();
}, 90_000);

/** That a fault struck in the middle of the work: of the writing, and of the reading of what was written. */
async function expectUnfinished(writing: Writing): Promise<void> {
  expect(writing.pending).toBeGreaterThan(0);
  await fleet.until('a moment with work left over', async () => (await fleet.unread(input.truth.ends)) > 0);
}

/** Waits until all is read, ends whoever runs (drained), and compares. */
async function finish(writing: Writing): Promise<Verdict> {
  await writing.finish();
  await fleet.untilRead(input.truth.ends);
  for (const name of fleet.names) expect(await fleet.stop(name)).toMatchObject({ code: 0 });
  const verdict = await judge(fleet.admin, fleet.reader, local.stack.addresses.schemaRegistryUrl, input.truth);
  expect(verdict.differences.slice(0, 100)).toEqual([]);
  expect(input.truth.aborted).toBeGreaterThan(3);
  expect(input.truth.poison.size).toBeGreaterThan(0);
  // Otherwise the revisions were not tested. How many there are depends on the machine's pace (REVISION_EVERY_MS).
  expect(verdict.played.takenBack).toBeGreaterThan(verdict.sessions / 10);
  return verdict;
}

describe('sessions are exactly those of the rule, each once', () => {
  test('whatever is killed, or sleeps longer than its session and wakes', async () => {
    const writing = new Writing(input, forShutdown, 60, 4_000);
    await Promise.all([fleet.start('a'), fleet.start('b')]);
    await fleet.untilWorks('a');
    await fleet.untilWorks('b');

    await fleet.overload('a');
    await fleet.kill('a');
    await expectUnfinished(writing);
    await fleet.start('a');
    await fleet.untilWorks('a');

    await fleet.untilWorks('b');
    await fleet.overload('b');
    fleet.freeze('b');
    await expectUnfinished(writing);
    await fleet.start('c');
    await fleet.untilAllAdvance();
    await expectUnfinished(writing);
    fleet.wake('b');
    await fleet.untilWorks('b');
    expect(writing.pending).toBeGreaterThan(0);

    await finish(writing);
  }, 720_000);

  test('after a drained shutdown in the middle of work, which leaves nothing open', async () => {
    const writing = new Writing(input, 0, 60, 1_000);
    await fleet.start('a');
    await fleet.untilWorks('a');
    await fleet.overload('a');
    const { code, seconds } = await fleet.stop('a');
    expect(code).toBe(0);
    expect(seconds).toBeLessThan(15);
    await expectUnfinished(writing);
    await expectNothingOpen();

    const { played } = await judge(fleet.admin, fleet.reader, local.stack.addresses.schemaRegistryUrl, input.truth);
    expect(played.inputOffsets).toEqual(await fleet.committed());

    await fleet.start('a');
    await finish(writing);
  }, 360_000);
});

/** A record written now is readable at once: behind an open transaction it would be hidden until that times out. */
async function expectNothingOpen(): Promise<void> {
  const producer = fleet.kafka.producer({ allowAutoTopicCreation: false });
  await producer.connect();
  for (const partition of input.truth.ends.keys()) {
    const marker = { key: null, value: null, partition, headers: { [kindHeader]: 'marker' } };
    const [{ baseOffset }] = await producer.send({ topic: topics.sessions, messages: [marker], acks: -1 });
    const offset = Number(baseOffset);
    await fleet.reader.read(topics.sessions, partition, offset, () => true, { to: offset + 1, deadlineMs: 4_000 });
  }
  await producer.disconnect();
}
