import { beforeAll, describe, expect, test } from '@jest/globals';
import { AvroCodec, UndecodableValue } from '../../services/lib/avro';
import { topics } from '../../services/lib/topics';
import { spoilt } from '../support/enriched-records';
import { withStack } from './support/stack';

const local = withStack(['kafka', 'registry'], { setUpSteps: [] });

const register = (subject: string, name: Parameters<typeof AvroCodec.register>[2]): Promise<AvroCodec<unknown>> =>
  AvroCodec.register(local.stack.addresses.schemaRegistryUrl, subject, name);

describe('a framed value that is not of the codec’s record is refused, not tried again for ever', () => {
  let enriched: AvroCodec<unknown>;
  beforeAll(async () => {
    enriched = await register(`${topics.enriched}-value`, 'enriched-event.v1');
  });

  async function expectRefused(framed: Buffer): Promise<void> {
    await enriched.prepare([framed]);
    expect(() => enriched.decode(framed)).toThrow(UndecodableValue);
  }

  test('of a schema that the registry does not know', async () => {
    await expectRefused(spoilt(Buffer.from('whatever'), 2));
  });

  test('of another record', async () => {
    const command = await register(`${topics.commands}-value`, 'session-command.v1');
    const framed = Buffer.from([0, 0, 0, 0, 0, 1, 2, 3]);
    framed.writeInt32BE(command.schemaId, 1);
    await expectRefused(framed);
  });
});
