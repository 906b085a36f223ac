import { headerText } from '../../lib/kafka/headers';
import type { KafkaMessage } from '../../lib/kafka/kafkajs';
import { kindHeader } from '../../lib/topics';
import type { Weight } from '../domain/blocks';
import type { InsertPlan } from '../domain/insert-statement';
import type { Faults } from '../domain/leaving-out';
import type { Progress } from '../domain/progress';

/** One topic as load sees it: which records are data, what they say, and how they become the body of an insert. */
export interface Stream {
  topic: string;
  /** How blocks are inserted, by version of the statement. */
  plans: Readonly<Record<number, InsertPlan>>;
  /** Heartbeats, progress records and markers are no data. */
  isData(message: KafkaMessage): boolean;
  /** What a record adds to a block. */
  weigh(message: KafkaMessage): Weight;
  /** Cheap, before every insert: data records that ClickHouse would refuse, as far as their frame shows. */
  inspect(data: readonly KafkaMessage[]): Promise<Faults>;
  /** Thorough, after a refusal: decodes every record. */
  examine(data: readonly KafkaMessage[]): Promise<Faults>;
  /** Records of one kind are read alike: when one is loaded and another refused, the fault is that record's. */
  kindOf(message: KafkaMessage): number;
  /** The body of an insert, in what `room` answers to its bytes or in memory of its own. The same records give the same bytes. */
  bodyOf(data: readonly KafkaMessage[], room: (bytes: number) => Buffer): Buffer;
  /** What a block's records, heartbeats and the like included, say about how far the pipeline has come. */
  progressOf(messages: readonly KafkaMessage[]): Progress;
}

/** What has a kind is no data. */
export const isData = (message: KafkaMessage): boolean => headerText(message, kindHeader) === undefined;
