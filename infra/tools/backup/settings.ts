import { z } from 'zod';
import { flag, readSettings, url } from '../../../services/lib/settings';
import { toolSettings } from '../settings';
import type { SessionAddress } from './session';

const schema = z.object({
  /** As of load: one consumer group a topic. */
  LOAD_GROUP_PREFIX: z.string().min(1).default('load'),
  /** Every load that runs, by the port of its health; comma-separated. */
  LOAD_URLS: z
    .string()
    .refine((text) => text.split(',').every((one) => url('').safeParse(one.trim()).success), 'must be http(s) URLs')
    .optional(),
  ACCEPT_LOST_RECORDS: flag(false),
  CLICKHOUSE_CLUSTER: z
    .undefined('backup and restore are for one server: back up each shard with ClickHouse’s own BACKUP … ON CLUSTER')
    .optional(),
});

export interface BackupSettings {
  address: SessionAddress;
  database: string;
  groupPrefix: string;
  loadUrls: string[];
  acceptLost: boolean;
}

/** What `make backup`, `make restore` and `make verify-backup` read: the names of the services, moved by STACK_PORT_OFFSET. */
export function backupSettings(env: Record<string, string | undefined>): BackupSettings {
  const tool = toolSettings(env);
  const settings = readSettings(schema, env);
  const loads = settings.LOAD_URLS ?? `http://127.0.0.1:${9103 + tool.portOffset}`;
  return {
    address: {
      clickhouseUrl: tool.clickhouseUrl,
      username: env.CLICKHOUSE_USER || 'default',
      password: env.CLICKHOUSE_PASSWORD ?? '',
      brokers: tool.brokers,
    },
    database: tool.database,
    groupPrefix: settings.LOAD_GROUP_PREFIX,
    loadUrls: loads.split(',').map((one) => one.trim().replace(/\/$/, '')),
    acceptLost: settings.ACCEPT_LOST_RECORDS,
  };
}
