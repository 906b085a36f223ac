import { z } from 'zod';
import { commonSettings, consumerSettings, erasureSettings, flag, integer, port, url } from '../lib/settings';

/** A fault of one setting beside another: named at the first. */
const check =
  (holds: (settings: Record<string, number>) => boolean, name: string, message: string) =>
  (context: z.core.ParsePayload<object>) => {
    if (!holds(context.value as Record<string, number>)) {
      context.issues.push({ code: 'custom', path: [name], message, input: context.value, continue: true });
    }
  };

const one = z.object({
  ...commonSettings,
  ...consumerSettings,
  ...erasureSettings,
  PORT: port(9103),
  /** One consumer group a topic: `<prefix>-<topic>`. */
  LOAD_GROUP_PREFIX: z.string().min(1).default('load'),
  /** What the admin calls ask for, `Authorization: Bearer …`. Not set: whoever reaches the port may pause. */
  LOAD_ADMIN_TOKEN: z
    .string()
    .regex(/^[\x21-\x7e]{16,}$/, 'must be at least 16 characters, none of them a space')
    .optional(),
  /** Members of a topic's group in this process, each with partitions of its own: while one fetches another inserts. */
  LOAD_CONSUMERS_PER_TOPIC: integer(1, 1, 8),
  CLICKHOUSE_URL: url('http://127.0.0.1:8123'),
  CLICKHOUSE_DATABASE: z
    .string()
    .regex(/^\w+$/, 'must be letters, digits and underscores')
    .default('customer_dynamics'),
  CLICKHOUSE_USER: z.string().default('default'),
  CLICKHOUSE_PASSWORD: z.string().default(''),
  /** On a cluster: one server of each shard, in the order of the shards; comma-separated. Not set: one server. */
  CLICKHOUSE_SHARD_URLS: z
    .string()
    .regex(/^https?:\/\/[^,\s]+(,\s*https?:\/\/[^,\s]+)*$/, 'must be http(s) URLs, one a shard, comma-separated')
    .transform((text) => text.split(',').map((one) => one.trim()))
    .optional(),
  /** The registry as ClickHouse reaches it, where that differs from how load does. */
  CLICKHOUSE_SCHEMA_REGISTRY_URL: z
    .string()
    .refine((value) => URL.canParse(value), 'must be an http(s) URL')
    .optional(),
  /** False where ClickHouse cannot reach the registry: blocks go in containers that carry their schema. */
  CLICKHOUSE_READS_REGISTRY: flag(true),
  /** After ARRAY JOIN: beyond it the engine needs more memory for no more speed. */
  LOAD_MAX_BLOCK_ROWS: integer(100_000, 1, 500_000),
  LOAD_MAX_BLOCK_BYTES: integer(64 * 1_048_576, 1, 256 * 1_048_576),
  /** Also the deadline in the statement: an older request is a zombie's and refuses to run. */
  LOAD_INSERT_TIMEOUT_MS: integer(60_000, 1_000, 600_000),
  /** How long a partition is quiet before its last block is committed as done. */
  LOAD_DONE_AFTER_MS: integer(1_000, 100, 60_000),
  /** Shortest time between two writes to pipeline_status. */
  LOAD_STATUS_EVERY_MS: integer(500, 50, 60_000),
  /** How often late events are looked for that are not in sessions yet. */
  REPAIR_EVERY_MS: integer(60_000, 100, 86_400_000),
  REPAIR_CUSTOMERS_PER_ROUND: integer(500, 1, 100_000),
  /** Of one customer, around the late events and whole sessions: beyond it there is no repair. */
  REPAIR_MAX_EVENTS: integer(20_000, 100, 1_000_000),
  /** How often what followed contacts is written down by day; 0: only when it is asked for. */
  FOLLOW_UPS_EVERY_MS: integer(3_600_000, 0, 86_400_000),
  /** Within how many days a contact is a repeat: dashboards ask for 7 and 1. */
  FOLLOW_UPS_WINDOWS_DAYS: z
    .string()
    .regex(/^\d+(,\d+)*$/, 'must be whole numbers of days, separated by commas')
    .transform((text) => [...new Set(text.split(',').map(Number))])
    .refine((days) => days.every((one) => one >= 1 && one <= 90), 'must be between 1 and 90 days each')
    .default([1, 7]),
  /** No statement is begun later in a round: the first over years is spread over many, and loading has the engine to itself between them. */
  FOLLOW_UPS_SECONDS_PER_ROUND: integer(240, 1, 3_600),
  FETCH_MAX_WAIT_MS: integer(300, 1, 10_000),
  /** Of the topic sessions: its blocks cost the most and its readers can wait longer than those of volume. */
  FETCH_MAX_WAIT_SESSIONS_MS: integer(1_000, 1, 10_000),
  FETCH_MIN_BYTES: integer(1_048_576, 1, 64 * 1_048_576),
  /** Of one partition in one fetch, and so of one block: in a backlog the larger the faster. */
  FETCH_MAX_PARTITION_BYTES: integer(32 * 1_048_576, 1_024, 64 * 1_048_576),
  /** Of one fetch over all partitions of a topic: bounds memory while there is a backlog. */
  FETCH_MAX_BYTES: integer(32 * 1_048_576, 1_024, 256 * 1_048_576),
});

export const loadSettings = one.check(
  check(
    ({ FETCH_MIN_BYTES, FETCH_MAX_BYTES }) => FETCH_MIN_BYTES <= FETCH_MAX_BYTES,
    'FETCH_MIN_BYTES',
    'must be at most FETCH_MAX_BYTES: every fetch would wait its whole time',
  ),
  check(
    ({ FETCH_MAX_PARTITION_BYTES, FETCH_MAX_BYTES }) => FETCH_MAX_PARTITION_BYTES <= FETCH_MAX_BYTES,
    'FETCH_MAX_PARTITION_BYTES',
    'must be at most FETCH_MAX_BYTES, which bounds memory',
  ),
  check(
    ({ FOLLOW_UPS_EVERY_MS }) => FOLLOW_UPS_EVERY_MS === 0 || FOLLOW_UPS_EVERY_MS >= 1_000,
    'FOLLOW_UPS_EVERY_MS',
    'must be 0 (only when asked) or at least 1000: each round reads a column of all legs',
  ),
  ...(['FETCH_MAX_WAIT_MS', 'FETCH_MAX_WAIT_SESSIONS_MS'] as const).map((name) =>
    check(
      (settings) => settings[name] * 2 <= settings.KAFKA_SESSION_TIMEOUT_MS,
      name,
      'must be at most half of KAFKA_SESSION_TIMEOUT_MS: no heartbeat goes out while a fetch waits',
    ),
  ),
);

export type LoadSettings = z.infer<typeof loadSettings>;
