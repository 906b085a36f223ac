import { z } from 'zod';
import { commonSettings, integer, port } from '../lib/settings';

const megabyte = 1024 * 1024;

export const ingestSettings = z.object({
  ...commonSettings,
  PORT: port(8080),
  /** A larger body is answered with 413 and never held in memory. */
  INGEST_MAX_BODY_BYTES: integer(8 * megabyte, 1_024, 64 * megabyte),
  INGEST_MAX_EVENTS_PER_REQUEST: integer(5_000, 1, 100_000),
  /** Must stay under `max.message.bytes` of the raw topic, which counts what goes to one partition at once. */
  INGEST_MAX_EVENT_BYTES: integer(1_000_000, 1_000, megabyte),
  /** Bodies being worked on; beyond it requests get 503 and come again. Parsed, a body takes several times its size. */
  INGEST_MAX_IN_FLIGHT_BYTES: integer(32 * megabyte, megabyte, 1_024 * megabyte),
  /** Longest wait for Kafka's acknowledgement, waiting for one's turn included; then 503. */
  INGEST_SEND_DEADLINE_MS: integer(8_000, 1_000, 60_000),
  /** How often a quiet connection to Kafka is tried, so that readiness tells the truth before a request finds out. */
  INGEST_PROBE_EVERY_MS: integer(2_000, 100, 60_000),
});

export type IngestSettings = z.infer<typeof ingestSettings>;
