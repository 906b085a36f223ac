/** Names of the topics, as `infra/kafka/topics.json` creates them. */
export const topics = {
  raw: 'interactions.raw',
  enriched: 'interactions.enriched',
  sessions: 'sessions',
  commands: 'sessions.commands',
  deadLetter: 'interactions.dead-letter',
  erasures: 'erasures',
} as const;

/** Record header that marks what is not data: `heartbeat`, `canary`, `progress`, `marker`. Data records have none. */
export const kindHeader = 'kind';

/** Headers of every enriched record, and of heartbeats (which carry `raw_offset` besides). */
export const rawHeaders = {
  partition: 'raw_partition',
  partitions: 'raw_partitions',
  time: 'raw_time',
  offset: 'raw_offset',
} as const;

/**
 * A canary: a record without content that ingest sends through the pipeline to see how long that takes. It is no data
 * to any service, so it is in no figure. `sent_at` is in epoch ms.
 */
export const canaryKind = 'canary';
export const sentAtHeader = 'sent_at';

/** Schema of the values of each topic; registered as `<topic>-value`. */
export const valueSchemas = {
  [topics.raw]: 'interaction-event.v1',
  [topics.enriched]: 'enriched-event.v2',
  [topics.sessions]: 'session-change-set.v1',
  [topics.commands]: 'session-command.v1',
  [topics.deadLetter]: 'dead-letter.v1',
  [topics.erasures]: 'erasure.v1',
} as const;
