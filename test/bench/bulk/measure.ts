import { readdirSync, readFileSync } from 'node:fs';
import { loadavg } from 'node:os';
import { join } from 'node:path';
import { createKafka } from '../../../services/lib/kafka/client';
import { createLog } from '../../../services/lib/log';
import { topics } from '../../../services/lib/topics';

/** Records in the raw topic. */
export async function rawCount(brokers: string): Promise<number> {
  const admin = createKafka({ KAFKA_BROKERS: brokers }, 'bench', createLog('bench', 'silent')).admin();
  await admin.connect();
  try {
    const offsets = await admin.fetchTopicOffsets(topics.raw);
    return offsets.reduce((sum, { high, low }) => sum + Number(high) - Number(low), 0);
  } finally {
    await admin.disconnect();
  }
}

/** CPU seconds that a process has used, its threads included. */
export function cpuSeconds(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

export function pidOf(stackDir: string, part: string): number {
  const file = readdirSync(stackDir).find((name) => name === `${part}.pid`) ?? '';
  return Number.parseInt(/\d+/.exec(readFileSync(join(stackDir, file), 'utf8'))?.[0] ?? '', 10);
}

export const load = (): string =>
  loadavg()
    .map((it) => it.toFixed(1))
    .join(' ');
