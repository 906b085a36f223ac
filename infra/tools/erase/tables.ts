import type { ErasureRecord } from './record';

/** Rows of one table that an erasure deletes. Conditions name the erasure, never the person. */
export interface Deletion {
  table: string;
  where: string;
  /** The table whose load must keep still meanwhile, where others' rows could be taken for the person's. */
  pause?: string;
}

type Erased = Pick<ErasureRecord, 'erasure_id' | 'erased_through'>;

/** The person of an erasure that is under way, as a query. */
export const personOf = ({ erasure_id }: Pick<Erased, 'erasure_id'>): string =>
  `SELECT customer_id FROM erasure_targets WHERE erasure_id = '${erasure_id}'`;

export const untilOf = ({ erased_through }: Pick<Erased, 'erased_through'>): string =>
  `fromUnixTimestamp64Milli(${erased_through}, 'UTC')`;

/** Every table that has a person's rows, in the order in which they are deleted; dead letters are found otherwise. */
export function deletionsOf(erased: Erased): Deletion[] {
  const person = personOf(erased);
  const until = untilOf(erased);
  const ofPerson = `customer_id IN (${person})`;
  const key = '(day, intent, path, first_failed_channel, rescued_by_channel, customer_id)';
  const failures = `${ofPerson} AND day <= toDate(${until}, 'UTC')`;
  return [
    { table: 'interactions', where: `${ofPerson} AND occurred_at <= ${until}` },
    // All of them are taken back by now: what goes are pairs that sum to nothing.
    { table: 'sessions', where: `${ofPerson} AND started_at <= ${until}` },
    { table: 'legs', where: `${ofPerson} AND arrived_at <= ${until}` },
    {
      table: 'channel_failure_paths_by_customer',
      // The day of the erasure may have sessions that began after it, under the same key or another.
      where: `${failures} AND ${key} IN (SELECT ${key} FROM channel_failure_paths_by_customer
        WHERE ${failures} GROUP BY ${key.slice(1, -1)} HAVING sum(sessions) = 0)`,
      pause: 'channel_failure_paths_by_customer',
    },
    {
      table: 'late_repairs',
      where: `${ofPerson} AND event_id NOT IN (SELECT event_id FROM interactions WHERE ${ofPerson})`,
    },
    { table: 'resessionize_requests', where: `${ofPerson} AND from_at <= ${until}` },
  ];
}
