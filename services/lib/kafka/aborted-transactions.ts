/**
 * Corrects how kafkajs 2.2.4 filters aborted records for read-committed consumers. Import before kafkajs.
 *
 * Stock kafkajs takes the broker's list of aborted transactions as sorted by first offset (it comes in order of
 * completion) and takes any data record with a key of four zero bytes for an abort marker. When two transactional
 * producers interleave in a partition, as in every re-keyed topic, it hands aborted records on.
 * `test/integration/aborted-transactions.test.ts` shows both, against a real broker.
 */
import { replaceModule } from './replace-module';

export interface AbortableRecord {
  offset: string;
  key: Buffer | null;
  isControlRecord: boolean;
  batchContext: { producerId: string; inTransaction: boolean };
}
export interface AbortedTransaction {
  firstOffset: string;
  producerId: string;
}

/** Records of one fetched partition without those of aborted transactions; control records stay (kafkajs drops them). */
export function filterAborted({
  messages,
  abortedTransactions,
}: {
  messages: AbortableRecord[];
  abortedTransactions?: AbortedTransaction[] | null;
}): AbortableRecord[] {
  if (!abortedTransactions?.length) return messages;
  const waiting = abortedTransactions
    .map(({ firstOffset, producerId }) => ({ first: BigInt(firstOffset), producerId: String(producerId) }))
    .sort((a, b) => (a.first < b.first ? -1 : a.first > b.first ? 1 : 0));
  const aborting = new Set<string>();
  let next = 0;
  return messages.filter((message) => {
    const offset = BigInt(message.offset);
    while (next < waiting.length && offset >= waiting[next].first) aborting.add(waiting[next++].producerId);
    const producer = String(message.batchContext.producerId);
    if (message.isControlRecord) {
      if (isAbortMarker(message.key)) aborting.delete(producer);
      return true;
    }
    return !(message.batchContext.inTransaction && aborting.has(producer));
  });
}

/** A control record's key is version (int16) and type (int16): 0 is abort, 1 commit. */
const isAbortMarker = (key: Buffer | null): boolean => key?.length === 4 && key.readInt16BE(2) === 0;

replaceModule('kafkajs/src/consumer/filterAbortedMessages', filterAborted);
