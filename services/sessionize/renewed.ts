import type { Message } from '../lib/kafka/kafkajs';
import type { SessionizeDeps } from './deps';
import { snapshotRecord } from './records';
import type { SessionStore } from './store';

/**
 * Customers whose whole state is written behind the change sets of a transaction: for who restores it takes the place
 * of all that was written of them before. True where it must, however large it is.
 */
export type Renewed = Map<string, boolean>;

export function renew(renewed: Renewed, id: string, mustBe: boolean): void {
  renewed.set(id, mustBe || renewed.get(id) === true);
}

export function wholeStates(
  { packing, snapshotMaxBytes }: Pick<SessionizeDeps, 'packing' | 'snapshotMaxBytes'>,
  store: SessionStore,
  partition: number,
  renewed: Renewed,
): Message[] {
  return [...renewed].flatMap(([id, mustBe]) => {
    const value = packing.pack(id, store.open(id));
    return mustBe || value.length <= snapshotMaxBytes ? [snapshotRecord(partition, id, value)] : [];
  });
}
