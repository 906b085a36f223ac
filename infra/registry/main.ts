import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { AvroCodec } from '../../services/lib/avro';
import { readSettings, registrySettings } from '../../services/lib/settings';
import { valueSchemas } from '../../services/lib/topics';

/**
 * Registers the schemas of all topics, one after the other: services register theirs at start too, and find them then.
 * `node dist/infra/registry/main.js`, settings SCHEMA_REGISTRY_…. Safe to run twice.
 */
async function main(): Promise<void> {
  const { SCHEMA_REGISTRY_URL: url } = readSettings(z.object(registrySettings), process.env);
  for (const [topic, schema] of Object.entries(valueSchemas)) await registered(url, `${topic}-value`, schema);
  console.log(`${Object.keys(valueSchemas).length} schemas registered`);
}

/** A registry that has just started refuses the first requests now and then. */
async function registered(
  url: string,
  subject: string,
  schema: Parameters<typeof AvroCodec.register>[2],
): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      await AvroCodec.register(url, subject, schema);
      return;
    } catch (error) {
      if (attempt >= 10) throw error;
      await sleep(500);
    }
  }
}

main().catch((error) => {
  console.error((error as Error).message);
  process.exit(1);
});
