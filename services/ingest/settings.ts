import { isIP } from 'node:net';
import { z } from 'zod';
import { commonSettings, flag, integer, port } from '../lib/settings';

const megabyte = 1024 * 1024;

const gigabyte = 1024 * megabyte;
const path = z.string().optional();

const shape = z.object({
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
  /** How often a canary is sent through the pipeline, which shows how old the figures are; 0: never. */
  INGEST_CANARY_EVERY_MS: integer(60_000, 0, 3_600_000),
  /** Where events wait while Kafka is away (spool/README.md); a disk that outlives the process. Empty: they get 503. */
  INGEST_SPOOL_DIR: path,
  INGEST_SPOOL_MAX_BYTES: integer(256 * megabyte, megabyte, 64 * gigabyte),
  /** How tables become events (docs/sources/csv.md); each mapping in it makes a source csv-<name>. */
  INGEST_CSV_MAPPING_FILE: path,
  /** The organisation's own addresses and domains, comma-separated: mail from them is outbound. */
  INGEST_OWN_MAIL: z
    .string()
    .default('')
    .transform((value) => value.split(',').flatMap((it) => (it.trim() === '' ? [] : [it.trim().toLowerCase()])))
    .refine(
      (own) => own.every((it) => /^(?:[^@\s]+@)?[a-z0-9-]+(?:\.[a-z0-9-]+)+$/.test(it)),
      'must be addresses and domains such as help@shop.example,shop.example, comma-separated',
    ),
  /** Who may send: keys, signatures, certificates (access/README.md). Without it everybody may. */
  INGEST_ACCESS_FILE: path,
  /** Takes events from everybody even where others can reach this address. */
  INGEST_OPEN: flag(false),
  /** How old a signed request may be, and how far ahead its sender's clock. */
  INGEST_SIGNATURE_WINDOW_SECONDS: integer(300, 1, 3_600),
  /** Where senders reach this service, path of a proxy included; Twilio signs it. */
  INGEST_PUBLIC_URL: z
    .string()
    .refine((value) => /^https?:\/\//.test(value) && URL.canParse(value), 'must be an http(s) URL')
    .transform((value) => value.replace(/\/+$/, ''))
    .optional(),
  /** Pages that may send from a browser: origins, comma-separated, or *. */
  INGEST_CORS_ORIGINS: z
    .string()
    .default('')
    .transform((value) => value.split(',').flatMap((it) => (it.trim() === '' ? [] : [it.trim()])))
    .refine(
      (origins) => origins.every((it) => it === '*' || /^https?:\/\/[^/\s]+$/.test(it)),
      'must be origins such as https://shop.example, comma-separated, or *',
    ),
  INGEST_TLS_CERT_FILE: path,
  INGEST_TLS_KEY_FILE: path,
  /** Client certificates signed by it are asked for. */
  INGEST_TLS_CLIENT_CA_FILE: path,
  /** Whether a connection without one is refused. */
  INGEST_TLS_CLIENT_CERTIFICATE: z.enum(['optional', 'required']).default('optional'),
});

/** Settings of ingest. Open to others without any proof of who sends is a fault unless it is said to be meant. */
export const ingestSettings = shape.superRefine((settings, context) => {
  const refuse = (name: keyof IngestSettings, message: string): void =>
    context.addIssue({ code: 'custom', path: [name], message });
  const { INGEST_TLS_CERT_FILE: cert, INGEST_TLS_KEY_FILE: key, INGEST_TLS_CLIENT_CA_FILE: ca } = settings;
  const required = settings.INGEST_TLS_CLIENT_CERTIFICATE === 'required';
  if ((cert === undefined) !== (key === undefined)) {
    refuse('INGEST_TLS_CERT_FILE', 'and INGEST_TLS_KEY_FILE need each other');
  }
  if (ca !== undefined && cert === undefined) refuse('INGEST_TLS_CLIENT_CA_FILE', 'needs INGEST_TLS_CERT_FILE');
  if (required && ca === undefined) refuse('INGEST_TLS_CLIENT_CERTIFICATE', 'needs INGEST_TLS_CLIENT_CA_FILE');
  const proves = settings.INGEST_ACCESS_FILE !== undefined || (required && ca !== undefined);
  if (!isLoopback(settings.HOST) && !proves && !settings.INGEST_OPEN) {
    refuse('HOST', 'is reachable by others: set INGEST_ACCESS_FILE, or INGEST_OPEN=true to take events from everybody');
  }
});

/** Whether only this machine can reach the address. A name other than localhost may lead anywhere. */
export function isLoopback(host: string): boolean {
  if (host === 'localhost' || host === '::1') return true;
  return isIP(host) === 4 && host.startsWith('127.');
}

export type IngestSettings = z.infer<typeof shape>;
