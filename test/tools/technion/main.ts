/**
 * Sends the January 1999 file of a real call centre through the whole pipeline, on a stack of its own, and accounts for
 * every call. `node dist/test/tools/technion/main.js <january_1999.txt>`; says so and ends with 0 when there is no file.
 */
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { faultText } from '../../../infra/local/faults';
import { cleanData, formatProgress, startStack, stopStack } from '../../../infra/local/stack';
import { checkpointFor } from '../../../infra/tools/replay/checkpoint';
import { replay } from '../../../infra/tools/replay/replay';
import { toolSettings } from '../../../infra/tools/settings';
import type { DeadLetter } from '../../../schemas/types';
import { AvroCodec } from '../../../services/lib/avro';
import { createKafka } from '../../../services/lib/kafka/client';
import { createLog } from '../../../services/lib/log';
import { topics } from '../../../services/lib/topics';
import { type Converted, convert } from './convert';
import { queueFigures } from './queue-figures';

const portOffset = 4_000;
const dir = resolve('.local/technion');

async function main(file: string): Promise<void> {
  if (!existsSync(file)) {
    console.log(`SKIPPED: there is no file ${file}`);
    return;
  }
  await stopStack({ dir });
  await cleanData(dir);
  rmSync(join(dir, 'replay'), { recursive: true, force: true });
  const stack = await startStack({
    dir,
    portOffset,
    env: process.env,
    onProgress: (progress) => console.error(formatProgress(progress)),
  });
  try {
    const settings = toolSettings({ STACK_DIR: dir, STACK_PORT_OFFSET: String(portOffset) });
    mkdirSync(settings.replayFolder, { recursive: true });
    const converted = convert(readFileSync(file, 'utf8'));
    await deadLetter(converted, stack.addresses);
    const events = join(dir, 'january_1999.ndjson');
    writeFileSync(events, `${converted.events.map((event) => JSON.stringify(event)).join('\n')}\n`);
    const sent = await replay({
      ...settings,
      file: events,
      source: 'events',
      checkpoint: checkpointFor(events, settings.replayFolder),
      rejectsFile: join(settings.replayFolder, 'rejected.ndjson'),
      maxRequests: 4,
    });
    await account(settings.clickhouse, converted, sent);
    await settings.clickhouse.close();
  } finally {
    await stopStack({ dir });
  }
}

/** Rows that are no calls go to the dead letters, whole, with the reason. */
async function deadLetter(
  { refused }: Converted,
  addresses: { kafkaBrokers: string; schemaRegistryUrl: string },
): Promise<void> {
  const codec = await AvroCodec.register<DeadLetter>(
    addresses.schemaRegistryUrl,
    `${topics.deadLetter}-value`,
    'dead-letter.v1',
  );
  const kafka = createKafka({ KAFKA_BROKERS: addresses.kafkaBrokers }, 'technion', createLog('technion', 'silent'));
  const producer = kafka.producer({ idempotent: true, allowAutoTopicCreation: false });
  await producer.connect();
  await producer.send({
    topic: topics.deadLetter,
    acks: -1,
    messages: refused.map(({ row, reason, text }) => ({
      key: `technion-${row}`,
      value: codec.encode({
        reason,
        step: 'convert',
        error: `row ${row}: outcome says it is no call`,
        field: 'outcome',
        event_id: `technion-${row}`,
        source_system: 'technion',
        origin_topic: '',
        origin_partition: -1,
        origin_offset: -1,
        origin_at: 0,
        key: null,
        value: Buffer.from(text),
        headers: {},
      }),
    })),
  });
  await producer.disconnect();
}

async function account(
  clickhouse: ReturnType<typeof toolSettings>['clickhouse'],
  converted: Converted,
  sent: { accepted: number; rejected: number },
): Promise<void> {
  const one = async (query: string): Promise<unknown> => {
    const result = await clickhouse.query({ query: `SELECT ${query} AS n`, format: 'JSONEachRow' });
    return Number((await result.json<{ n: string }>())[0].n);
  };
  const queue = queueFigures(converted.events, 20);
  const levels = await clickhouse.query({
    query: `SELECT ${Object.keys(queue).join(', ')}
      FROM service_levels(from = '1998-12-01', to = '1999-03-01', by = [], target_seconds = 20)`,
    format: 'JSONEachRow',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  console.log(
    JSON.stringify(
      {
        rows: converted.calls + converted.refused.length,
        calls: converted.calls,
        refused_rows: converted.refused.length,
        events_sent: converted.events.length,
        events_accepted: sent.accepted,
        events_refused: sent.rejected,
        'queue, T = 20 s': queue,
        'in ClickHouse': {
          events: await one('(SELECT count() FROM interactions)'),
          late_events: await one('(SELECT countIf(late) FROM interactions)'),
          calls: await one('(SELECT uniqExact(interaction_id) FROM interactions)'),
          dead_letters: await one("(SELECT countIf(reason = 'phantom') FROM dead_letters)"),
          other_dead_letters: await one("(SELECT countIf(reason != 'phantom') FROM dead_letters)"),
          answered: await one("(SELECT uniqExact(interaction_id) FROM interactions WHERE event_type = 'agent.joined')"),
          entered_queue: await one('(SELECT sum(offered) FROM efficiency_metrics)'),
          abandoned_in_queue: await one('(SELECT sum(abandoned) FROM efficiency_metrics)'),
          hang_ups: await one(
            "(SELECT uniqExact(interaction_id) FROM interactions WHERE event_type = 'queue.abandoned' OR outcome = 'ABANDONED')",
          ),
          mean_service_s: await one('(SELECT avg(talk_ms) / 1000 FROM legs_current WHERE talk_ms > 0)'),
          mean_wait_of_answered_s: await one(
            '(SELECT sum(ifNull(wait_ms, 0)) / count() / 1000 FROM legs_current WHERE answered_at IS NOT NULL)',
          ),
          identified_calls: await one(
            "(SELECT uniqExact(interaction_id) FROM interactions WHERE customer_id NOT LIKE '~%')",
          ),
          identified_customers: await one(
            "(SELECT uniqExact(customer_id) FROM interactions WHERE customer_id NOT LIKE '~%')",
          ),
          'queue, T = 20 s': (await levels.json())[0],
          sessions_of_identified: await one("(SELECT count() FROM sessions_current WHERE customer_id NOT LIKE '~%')"),
        },
      },
      null,
      2,
    ),
  );
}

main(process.argv[2] ?? '../shared/data/interactions/technion_callcenter/january_1999.txt').catch((error) => {
  console.error(`technion: ${faultText(error)}`);
  process.exit(1);
});
