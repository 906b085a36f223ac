import { resolve } from 'node:path';
import { z } from 'zod';
import { integer, port } from '../../../services/lib/settings';

/** Characters the engine takes for patterns in the path of a file it reads: bodies lie below the data directory. */
const patternCharacters = /[*?{}[\]]/;

/** Environment variables of the front, checked at start. */
export const frontSettings = z.object({
  HOST: z.string().default('127.0.0.1'),
  PORT: port(8123),
  CLICKHOUSE_DATA_DIR: z
    .string()
    .transform((value) => resolve(value))
    .refine(
      (value) => !patternCharacters.test(value),
      'must not contain * ? { } [ ]: the engine takes them for patterns',
    )
    .default(() => resolve('.local/data/clickhouse')),
  /** Below it lie the files of BACKUP … TO File('name'). */
  CLICKHOUSE_BACKUP_DIR: z
    .string()
    .transform((value) => resolve(value))
    .default(() => resolve('.local/backups')),
  /** A server's users.xml: the rights of `default` are those of everybody here. Not set: nobody is denied anything. */
  CLICKHOUSE_USERS_CONFIG: z.string().optional(),
  /** Statements that write and run at once; more only wait for each other inside the engine. */
  WRITE_SESSIONS: integer(2, 1, 16),
  /** Queries that run at once, viewers' and writers' alike. */
  READ_SESSIONS: integer(6, 1, 64),
  /** Statements that wait for a session; the next one gets error 202. */
  QUEUE_LIMIT: integer(200, 0, 100_000),
  QUEUE_WAIT_SECONDS: integer(30, 1, 3_600),
  /** The longest a statement may take; a request may ask for less, never for more. */
  MAX_EXECUTION_TIME_SECONDS: integer(300, 1, 86_400),
  /** What the engine may count as allocated. The process was seen to hold up to 700 MB more, for some seconds. */
  MAX_SERVER_MEMORY_BYTES: integer(1_100_000_000, 200_000_000, 1_000_000_000_000),
  /** A client that takes nothing of its answer for this long is cut off: it holds a session meanwhile. */
  STALL_SECONDS: integer(60, 1, 3_600),
});

export type FrontSettings = z.infer<typeof frontSettings>;
