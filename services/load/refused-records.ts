import type { KafkaMessage } from '../lib/kafka/kafkajs';
import { findRefused } from './domain/bisect';
import { maxLeftOut } from './domain/intent';
import type { Faults } from './domain/leaving-out';
import type { Stream } from './streams/stream';

/** ClickHouse refuses records that are what their schema says: then the statement or the table is at fault, not they. */
export class NotLoadable extends Error {
  constructor(readonly offset: number) {
    super(`ClickHouse refuses the record at offset ${offset}, and every one like it`);
    this.name = 'NotLoadable';
  }
}

/**
 * Why a refused block was refused: its records that cannot be decoded, else those that ClickHouse alone refuses, found
 * by halving. These count as faulty only when ClickHouse takes others of the same schema; throws NotLoadable when it
 * does not, since then everything would end in the dead letters. Empty when it was not the data after all.
 */
export async function whyRefused(
  stream: Stream,
  data: readonly KafkaMessage[],
  accepts: (data: readonly KafkaMessage[]) => Promise<boolean>,
): Promise<Faults> {
  const faults = await stream.examine(data);
  if (faults.size > 0) return faults;
  const [first] = await findRefused(data, accepts, 1);
  if (!first) return faults;
  const alike = data.filter((message) => message !== first && stream.kindOf(message) === stream.kindOf(first));
  if (!(await acceptsSome(alike, accepts))) throw new NotLoadable(Number(first.offset));
  for (const { offset } of await findRefused(data, accepts, maxLeftOut)) {
    faults.set(Number(offset), 'ClickHouse cannot read the record');
  }
  return faults;
}

/** So many of a schema, spread over the block, must be refused before all of it count as refused. */
const mostSamples = 50;

async function acceptsSome(
  records: readonly KafkaMessage[],
  accepts: (data: readonly KafkaMessage[]) => Promise<boolean>,
): Promise<boolean> {
  const count = Math.min(records.length, mostSamples);
  // The ends and the middle first: as a rule one question is enough.
  const places = [
    0,
    records.length - 1,
    ...Array.from({ length: count }, (_, i) => Math.floor((i * records.length) / count)),
  ];
  for (const sample of new Set(places.map((place) => records[place]))) {
    if (sample && (await accepts([sample]))) return true;
  }
  return false;
}
