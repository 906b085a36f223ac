import type { Type } from 'avsc';
import { type AvroCodec, avroType } from '../../lib/avro';
import type { KafkaMessage } from '../../lib/kafka/kafkajs';
import { frameIdOf, joinedValues } from '../../lib/kafka/values';
import { avroContainer } from '../domain/avro-container';
import { unframed } from '../domain/frame';
import type { InsertPlan } from '../domain/insert-statement';
import type { Faults } from '../domain/leaving-out';
import type { SchemaIds } from '../schema-ids';
import { decodeFaults, frameFaults } from './avro-faults';
import type { Stream } from './stream';

/** How Avro values travel to ClickHouse. Both give the same rows, so a block may be repeated in the other way. */
export type AvroBodies = Pick<Stream, 'plans' | 'inspect' | 'bodyOf'>;

type Plans = Readonly<Record<number, InsertPlan>>;

/** As they came: ClickHouse asks the registry for their schemas. */
export const confluentBodies = (plans: Plans, ids: SchemaIds): AvroBodies => ({
  plans,
  inspect: (data) => frameFaults(ids, data),
  bodyOf: joinedValues,
});

/**
 * In an object container, which carries its schema: ClickHouse need reach no registry. A block is one container, so that
 * it stays one insert under one token: where it holds values of several schemas, as while a new version of a service is
 * rolled out, all are written anew by the newest (the highest id).
 *
 * Values are decoded before the intent: in a container nothing but their own length divides them, and one cut short would
 * be read on into the next.
 */
export function containerBodies(plans: Plans, ids: SchemaIds, codec: AvroCodec<unknown>): AvroBodies {
  const types = new Map<number, Type>();
  const typeOf = (id: number): Type => {
    const type = types.get(id) ?? avroType(JSON.parse(ids.textOf(id)));
    types.set(id, type);
    return type;
  };
  return {
    plans: Object.fromEntries(Object.entries(plans).map(([version, plan]) => [version, { ...plan, format: 'Avro' }])),
    inspect: async (data): Promise<Faults> => {
      const faults = await frameFaults(ids, data);
      const framed = data.filter(({ offset }) => !faults.has(Number(offset)));
      return new Map([...faults, ...(await decodeFaults(codec, framed))]);
    },
    bodyOf: (data) => {
      const newest = data.reduce((highest, message) => Math.max(highest, idOf(message)), 0);
      const resolvers = new Map<number, ReturnType<Type['createResolver']>>();
      const values = data.map((message) => {
        const [id, value] = [idOf(message), unframed(message.value as Buffer)];
        if (id === newest) return value;
        const resolver = resolvers.get(id) ?? typeOf(newest).createResolver(typeOf(id));
        resolvers.set(id, resolver);
        return typeOf(newest).toBuffer(typeOf(newest).fromBuffer(value, resolver));
      });
      return avroContainer(ids.textOf(newest), values);
    },
  };
}

const idOf = (message: KafkaMessage): number => frameIdOf(message) as number;
