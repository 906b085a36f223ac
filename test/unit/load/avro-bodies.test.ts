import { describe, expect, test } from '@jest/globals';
import avro from 'avsc';
import { schemaTexts } from '../../../schemas/types';
import { type AvroCodec, avroType } from '../../../services/lib/avro';
import type { KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import { SchemaLookup } from '../../../services/lib/schema-lookup';
import { avroContainer } from '../../../services/load/domain/avro-container';
import { plansFor } from '../../../services/load/domain/insert-plans';
import { insertStatement } from '../../../services/load/domain/insert-statement';
import { SchemaIds } from '../../../services/load/schema-ids';
import { containerBodies } from '../../../services/load/streams/avro-bodies';
import { eventOf } from '../../integration/support/load-input';
import { SchemaServer } from '../../support/schema-server';

const schema = schemaTexts['enriched-event.v1'];
const type = avroType('enriched-event.v1');
const event = (event_id: string) => ({ ...eventOf(1, 0), event_id });

/** As any other reader of the format reads it. */
function read(container: Buffer): Promise<{ schema: unknown; values: { event_id: string }[] }> {
  return new Promise((resolve, reject) => {
    const values: { event_id: string }[] = [];
    let header: unknown;
    const decoder = new avro.streams.BlockDecoder();
    decoder.on('metadata', (found: avro.Type) => {
      header = found.schema();
    });
    decoder.on('data', (value: { event_id: string }) => values.push(value));
    decoder.on('end', () => resolve({ schema: header, values }));
    decoder.on('error', reject);
    decoder.end(container);
  });
}

describe('an Avro object container', () => {
  test.each([0, 1, 63, 64, 1_000])('of %i values is read by others', async (count) => {
    const ids = Array.from({ length: count }, (_, index) => `e-${index}`);
    const { values } = await read(
      avroContainer(
        schema,
        ids.map((id) => type.toBuffer(event(id))),
      ),
    );
    expect(values.map(({ event_id }) => event_id)).toEqual(ids);
  });

  test('the same values give the same bytes', () => {
    const values = [type.toBuffer(event('e'))];
    expect(avroContainer(schema, values)).toEqual(avroContainer(schema, values));
  });
});

describe('a block in a container', () => {
  /** The event with one more field, as a next version would have it. */
  const next = JSON.parse(schema) as { fields: object[] };
  next.fields.push({ name: 'mood', type: ['null', 'string'], default: null });
  const nextType = avroType(next);
  const framed = (id: number, body: Buffer) => Buffer.concat([Buffer.from([0, 0, 0, 0, id]), body]);
  const message = (offset: number, value: Buffer | null) => ({ offset: String(offset), value }) as KafkaMessage;

  test('of values of two schemas is one, by the newer; what cannot be decoded is known before', async () => {
    const registry = await SchemaServer.start({
      1: schema,
      2: JSON.stringify(next),
      3: '{"type":"record","name":"Other","fields":[]}',
    });
    try {
      const ids = new SchemaIds(new SchemaLookup(registry.url, 1, 0), 'dev.customerdynamics.v1.EnrichedEvent');
      const codec = {
        prepare: async () => {},
        decode: (value: Buffer) => {
          (value[4] === 2 ? nextType : type).fromBuffer(value.subarray(5));
        },
      } as unknown as AvroCodec<unknown>;
      const bodies = containerBodies(plansFor('interactions'), ids, codec);
      const data = [
        message(0, framed(1, type.toBuffer(event('old')))),
        message(1, framed(2, nextType.toBuffer({ ...event('new'), mood: 'glad' }))),
        message(2, framed(1, type.toBuffer(event('old too')))),
      ];
      const bad = [message(3, null), message(4, framed(3, Buffer.alloc(0))), message(5, framed(9, Buffer.alloc(1)))];
      expect([...(await bodies.inspect([...data, ...bad])).keys()]).toEqual([3, 4, 5]);
      const { schema: header, values } = await read(bodies.bodyOf(data, Buffer.allocUnsafe));
      expect(header).toMatchObject({ fields: expect.arrayContaining([expect.objectContaining({ name: 'mood' })]) });
      expect(values.map(({ event_id }) => event_id)).toEqual(['old', 'new', 'old too']);
    } finally {
      registry.close();
    }
  });

  test('is inserted by a statement that names no registry, and otherwise as the block was begun', () => {
    const { plans } = containerBodies(plansFor('sessions'), undefined as never, undefined as never);
    const block = { partition: 1, token: 't', deadline_at: 5 };
    for (const [version, plan] of Object.entries(plansFor('sessions'))) {
      const came = insertStatement(plan, block, 'http://registry');
      expect(insertStatement(plans[Number(version)], block, 'http://registry')).toBe(
        came
          .replace("format_avro_schema_registry_url = 'http://registry', ", '')
          .replace('FORMAT AvroConfluent', 'FORMAT Avro'),
      );
    }
  });
});
