import { UndecodableValue } from '../lib/avro';
import type { KafkaMessage } from '../lib/kafka/kafkajs';
import { lowWatermark, offsetAt } from '../lib/kafka/offsets';
import type { Control } from '../lib/kafka/partition-task';
import { topics } from '../lib/topics';
import { refusalOf } from './domain/refusal';
import { RepeatWindow } from './domain/repeat-window';
import type { EnrichDeps } from './enrich';
import { canonicalBody, logPlace } from './raw-record';

/**
 * Reads back as much of a raw partition before `position` as the window of repeats may hold, and gives the window the
 * former owner had. Keeps the group membership alive meanwhile.
 */
export async function rebuildWindow(
  deps: EnrichDeps,
  partition: number,
  position: number,
  control: Control,
): Promise<RepeatWindow> {
  const { client, codecs, rules } = deps;
  const window = new RepeatWindow(rules.dedupMaxIds, rules.dedupMaxAgeMs);
  const from = await firstOffset(deps, partition, position);
  if (from >= position) return window;
  const pending: KafkaMessage[] = [];
  await client.reader.read(
    topics.raw,
    partition,
    from,
    (message) => {
      pending.push(message);
      return true;
    },
    {
      to: position,
      heartbeat: async () => {
        await take(pending.splice(0));
        await control.heartbeat();
      },
    },
  );
  await take(pending.splice(0));
  return window;

  async function take(messages: KafkaMessage[]): Promise<void> {
    await codecs.raw.prepare(messages.map(({ value }) => value));
    for (const message of messages) {
      try {
        if (message.value === null) continue;
        const event = codecs.raw.decode(message.value);
        if (!refusalOf(event)) window.observe(event.event_id, canonicalBody(codecs.raw, event), ...logPlace(message));
      } catch (error) {
        if (!(error instanceof UndecodableValue)) throw error;
      }
    }
  }
}

/** Start of the window: bounded by records, by append time before the last record, and by what the log still has. */
async function firstOffset(deps: EnrichDeps, partition: number, position: number): Promise<number> {
  const { client, rules } = deps;
  const low = await lowWatermark(client.admin, topics.raw, partition);
  const byCount = Math.max(low, position - rules.dedupMaxIds);
  if (byCount >= position) return position;
  let lastAppendedAt = 0;
  await client.reader.read(
    topics.raw,
    partition,
    position - 1,
    (message) => {
      lastAppendedAt = Number(message.timestamp);
      return false;
    },
    { to: position },
  );
  const byTime = await offsetAt(client.admin, topics.raw, partition, lastAppendedAt - rules.dedupMaxAgeMs);
  return Math.max(byCount, byTime ?? byCount);
}
