import { lookup } from 'node:dns/promises';
import { z } from 'zod';
import { createKafka } from '../../services/lib/kafka/client';
import { createLog } from '../../services/lib/log';
import { commonSettings, kafkaSecuritySettings, readSettings } from '../../services/lib/settings';
import { whileLoadRests } from '../tools/backup/rest';

/** Where every load is to be found; LOAD_PODS_URL not set: whoever migrates has stopped load. */
const settings = z.object({
  ...kafkaSecuritySettings,
  KAFKA_BROKERS: commonSettings.KAFKA_BROKERS,
  /** A name that stands for all of them (a headless Service), with scheme and port. */
  LOAD_PODS_URL: z
    .string()
    .refine((value) => URL.canParse(value), 'must be an http(s) URL')
    .optional(),
  LOAD_ADMIN_TOKEN: z.string().optional(),
  LOAD_GROUP_PREFIX: z.string().min(1).default('load'),
});

type Lookup = (host: string) => Promise<{ address: string; family: number }[]>;
const allAddresses: Lookup = (host) => lookup(host, { all: true });

/** One URL for each address that the URL's name stands for; none when there is no such name (no load was ever started). */
export async function urlsOfAll(url: string, find: Lookup = allAddresses): Promise<string[]> {
  const { protocol, hostname, port } = new URL(url);
  try {
    const found = await find(hostname);
    const hosts = found.map(({ address, family }) => (family === 6 ? `[${address}]` : address));
    return [...new Set(hosts)].map((host) => `${protocol}//${host}${port === '' ? '' : `:${port}`}`);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOTFOUND' || code === 'ENODATA') return [];
    throw error;
  }
}

/**
 * Runs work while every load rests, where the environment says where they are; else just runs it. A block in flight while
 * a view comes would be repeated into another set of tables than it went to (services/load). Throws, before the work, when
 * a load is a member of its group and cannot be asked.
 */
export async function withLoadAtRest<T>(env: Record<string, string | undefined>, work: () => Promise<T>): Promise<T> {
  const { LOAD_PODS_URL, LOAD_ADMIN_TOKEN, LOAD_GROUP_PREFIX, ...kafka } = readSettings(settings, env);
  if (LOAD_PODS_URL === undefined) return work();
  const loadUrls = await urlsOfAll(LOAD_PODS_URL);
  const admin = createKafka(kafka, 'migrate', createLog('migrate', 'silent')).admin();
  await admin.connect();
  try {
    return await whileLoadRests(
      { admin, groupPrefix: LOAD_GROUP_PREFIX, loadUrls, token: LOAD_ADMIN_TOKEN, purpose: 'migrate' },
      work,
    );
  } finally {
    await admin.disconnect();
  }
}
