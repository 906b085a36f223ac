/**
 * A broker fills a fetch in the order of the request, up to its limit. kafkajs 2.2.4 always asks in the same order: while
 * the first partitions have a backlog that fills it, nothing of the others comes. Here each request begins with the next
 * partition, as other clients do. Import before kafkajs.
 */
import { replaceModule } from './replace-module';

interface TopicPartitions {
  topic: string;
  partitions: number[];
}

const SubscriptionState = require('kafkajs/src/consumer/subscriptionState') as new () => {
  assigned(): TopicPartitions[];
};

/** kafkajs' own, whose `assigned` answers in another order each time. */
export class TakingTurns extends SubscriptionState {
  private turn = 0;

  override assigned(): TopicPartitions[] {
    this.turn += 1;
    return rotated(super.assigned(), this.turn).map(({ topic, partitions }) => ({
      topic,
      partitions: rotated(partitions, this.turn),
    }));
  }
}

function rotated<T>(all: T[], turn: number): T[] {
  const start = all.length === 0 ? 0 : turn % all.length;
  return [...all.slice(start), ...all.slice(0, start)];
}

replaceModule('kafkajs/src/consumer/subscriptionState', TakingTurns);
