import { z } from 'zod';
import { erasureSettings, flag, readSettings } from '../../../services/lib/settings';
import { toolSettings } from '../settings';
import type { SessionAddress } from './session';

const schema = z.object({
  ...erasureSettings,
  ACCEPT_LOST_RECORDS: flag(false),
  CLICKHOUSE_CLUSTER: z
    .undefined('backup and restore are for one server: back up each shard with ClickHouse’s own BACKUP … ON CLUSTER')
    .optional(),
});

export interface BackupSettings {
  address: SessionAddress;
  database: string;
  groupPrefix: string;
  /** Every load that runs, by the port of its health. */
  loadUrls: string[];
  token?: string;
  acceptLost: boolean;
  registryUrl: string;
  erasureKey: string;
}

/** What `make backup`, `make restore` and `make verify-backup` read: the names of the services, moved by STACK_PORT_OFFSET. */
export function backupSettings(env: Record<string, string | undefined>): BackupSettings {
  const tool = toolSettings(env);
  const settings = readSettings(schema, env);
  return {
    address: {
      clickhouseUrl: tool.clickhouseUrl,
      username: env.CLICKHOUSE_USER || 'default',
      password: env.CLICKHOUSE_PASSWORD ?? '',
      kafka: tool.kafka,
    },
    database: tool.database,
    groupPrefix: tool.loadGroupPrefix,
    loadUrls: tool.loadUrls,
    token: tool.loadAdminToken,
    acceptLost: settings.ACCEPT_LOST_RECORDS,
    registryUrl: tool.schemaRegistryUrl,
    erasureKey: settings.ERASURE_KEY,
  };
}
