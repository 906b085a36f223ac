import type { DeadLetter, EnrichedEvent, SessionChangeSet, SessionCommand, SessionEvent } from '../../schemas/types';
import type { AvroCodec } from '../lib/avro';
import type { ErasureLog } from '../lib/erasure-log';
import type { ServiceClient } from '../lib/kafka/service-client';
import type { TransactionalProducer } from '../lib/kafka/transactional-producer';
import type { Problems } from '../lib/problems';
import type { Tracing } from '../lib/tracing';
import type { SessionRules } from './domain/rules';
import type { SessionizeMetrics } from './metrics';
import type { Packing } from './store';

/** What sessionize reads of an enriched event: the state's fields and where it belongs. */
export type SessionInput = SessionEvent & Pick<EnrichedEvent, 'customer_id' | 'late' | 'sessionised'>;

export interface SessionizeDeps {
  client: Pick<ServiceClient, 'admin' | 'reader' | 'partitionsOf'>;
  groupId: string;
  /** Opens, and fences whoever has the same id. */
  openProducer(transactionalId: string): Promise<TransactionalProducer>;
  codecs: {
    enriched: AvroCodec<SessionInput>;
    changeSet: AvroCodec<SessionChangeSet>;
    command: AvroCodec<SessionCommand>;
    deadLetter: AvroCodec<DeadLetter>;
  };
  rules: SessionRules;
  packing: Packing;
  /** Epoch ms. Only when rows are revised depends on it, never what they say. */
  now(): number;
  /** At most one revision a customer in this time. */
  revisionEveryMs: number;
  hotCustomers: number;
  /** Events of one customer's open sessions; what comes beyond is left out of sessions. */
  customerMaxEvents: number;
  snapshotAfterRecords: number;
  snapshotMaxBytes: number;
  acceptLost: boolean;
  erasureLog: Pick<ErasureLog, 'refresh' | 'erasures'>;
  metrics: SessionizeMetrics;
  problems: Pick<Problems, 'tell'>;
  tracing?: Tracing;
}
