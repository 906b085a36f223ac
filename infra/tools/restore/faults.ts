import type { Place } from '../backup/positions';
import type { PositionRecord } from '../backup/records';

/** What restore writes beside an offset until tables and offsets belong together again: load refuses to start on it. */
export const unfinishedMark = 'make restore is not finished';

export interface KafkaNow {
  cluster_id: string;
  places: readonly Place[];
  acceptLost: boolean;
}

/**
 * Why loading cannot go on from the offsets of a backup, in words; empty when it can. `acceptLost` forgives what
 * retention has deleted, and nothing else: offsets of another topic of the same name mean nothing.
 */
export function positionFaults(stored: readonly PositionRecord[], now: KafkaNow): string[] {
  const faults: string[] = [];
  if (stored.length === 0) return ['the backup holds no offsets: it was not made by make backup'];
  if (stored[0].cluster_id !== now.cluster_id) {
    faults.push(`the offsets belong to the Kafka cluster ${stored[0].cluster_id}, and this is ${now.cluster_id}`);
    return faults;
  }
  const anew = new Set<string>();
  for (const { topic, topic_id, partition, committed_offset } of stored) {
    const name = `${topic} partition ${partition}`;
    const place = now.places.find((one) => one.topic === topic && one.partition === partition);
    if (!place) {
      faults.push(`${name} is not there any more`);
    } else if (place.topic_id !== topic_id) {
      if (!anew.has(topic))
        faults.push(`${topic} was deleted and made anew since: offset ${committed_offset} is of the old one`);
      anew.add(topic);
    } else if (place.high < committed_offset) {
      faults.push(`${name} ends at offset ${place.high}, before ${committed_offset}, up to where the backup holds it`);
    } else if (place.low > committed_offset && !now.acceptLost) {
      faults.push(
        `${name}: offsets ${committed_offset} to ${place.low - 1} were deleted by retention and are not in the backup ` +
          'either; ACCEPT_LOST_RECORDS=true restores without them',
      );
    }
  }
  return faults;
}

/** Where a partition goes on: at the backup's offset, or at what retention has left. What is known of it stays. */
export function resumeAt(stored: PositionRecord, places: readonly Place[]): number {
  const place = places.find(({ topic, partition }) => topic === stored.topic && partition === stored.partition);
  return Math.max(stored.committed_offset, place?.low ?? 0);
}
