import { those } from '../../those';
import { type AbortableRecord, type AbortedTransaction, filterAborted } from '../aborted-transactions';

interface PartitionData {
  partition: number;
  highWatermark: string;
  messages: AbortableRecord[];
  abortedTransactions?: AbortedTransaction[] | null;
}
interface StockBatch {
  rawMessages: AbortableRecord[];
  messagesWithinOffset: AbortableRecord[];
  messages: AbortableRecord[];
}

const Batch = require('kafkajs/src/consumer/batch') as new (
  topic: string,
  fetchedOffset: string | number,
  data: PartitionData,
) => StockBatch;

/** kafkajs' `consumer/batch`, without a look at each record to find those before the offset that was asked for. */
export class LeanBatch extends Batch {
  constructor(topic: string, fetchedOffset: string | number, data: PartitionData) {
    super(topic, fetchedOffset, { ...data, messages: [] });
    const { messages, abortedTransactions } = data;
    const asked = String(fetchedOffset);
    this.rawMessages = messages;
    // In log order: whatever follows the first that reaches it does so too.
    const from = messages.findIndex(({ offset }) => reaches(offset, asked));
    this.messagesWithinOffset = from === 0 ? messages : from < 0 ? [] : messages.slice(from);
    const committed = filterAborted({ messages: this.messagesWithinOffset, abortedTransactions });
    this.messages = those(committed, ({ isControlRecord }) => !isControlRecord);
  }
}

/** Whether one offset is at least another; both are decimal text without leading zeros. */
function reaches(offset: string, asked: string): boolean {
  // Stand-ins for "earliest" and "latest" are negative and never asked of a broker; every record reaches them.
  if (asked.charCodeAt(0) === 0x2d) return true;
  return offset.length === asked.length ? offset >= asked : offset.length > asked.length;
}
