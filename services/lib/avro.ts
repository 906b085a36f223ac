import { SchemaRegistry, SchemaType } from '@kafkajs/confluent-schema-registry';
import avro from 'avsc';
import { schemaTexts } from '../../schemas/types';
import { fastType, type Write, writerOf } from './avro-types';
import { registryAddress, SchemaLookup } from './schema-lookup';

export type SchemaName = keyof typeof schemaTexts;

const magicByte = 0;
const prefixBytes = 5;

/** The value is not a Confluent-framed Avro record of the schema; it goes to the dead letters. */
export class UndecodableValue extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'UndecodableValue';
  }
}

/** Enums with a default symbol and unions of null resolve to plain values, so that rows are plain objects. */
export const avroType = (schema: SchemaName | object): avro.Type =>
  avro.Type.forSchema(typeof schema === 'string' ? JSON.parse(schemaTexts[schema]) : (schema as avro.Schema));

/** Shared by the values encoded one after the other: freed when the last of them is. */
const slabBytes = 256 * 1024;

/**
 * Encodes and decodes one record type in Confluent's framing. Registering gives the id; afterwards encoding and the
 * decoding of known ids need no registry, so a service that has started outlives it.
 */
export class AvroCodec<T> {
  private readonly resolvers = new Map<number, { writer: avro.Type; resolver?: avro.Resolver }>();
  private readonly prefix = Buffer.alloc(prefixBytes);
  /** Schemas that no record of this type can be read by, with the reason. */
  private readonly foreign = new Map<number, string>();
  private slab = Buffer.alloc(0);
  private used = 0;
  private readonly write: Write;

  private constructor(
    /** Schemas of the same registry, by id. */
    readonly schemas: SchemaLookup,
    private readonly reader: avro.Type,
    readonly schemaId: number,
    writer: avro.Type,
    plain: avro.Type,
  ) {
    this.write = writerOf(writer, plain);
    this.prefix.writeInt32BE(schemaId, 1);
    this.resolvers.set(schemaId, { writer, resolver: reader === writer ? undefined : reader.createResolver(writer) });
  }

  /**
   * Registers `name` under `<subject>` and returns its codec. `fields` narrows what decoding reads: the rest is
   * skipped, which is several times faster on wide records. Rejects when the registry cannot be reached or refuses.
   */
  static async register<T>(
    registryUrl: string,
    subject: string,
    name: SchemaName,
    fields?: readonly string[],
  ): Promise<AvroCodec<T>> {
    const registry = new SchemaRegistry({
      ...registryAddress(registryUrl),
      retry: { retries: 2, initialRetryTimeInSecs: 0.2 },
    });
    const { id } = await registry.register({ type: SchemaType.AVRO, schema: schemaTexts[name] }, { subject });
    const writer = fastType(JSON.parse(schemaTexts[name]));
    const schemas = new SchemaLookup(registryUrl, id);
    return new AvroCodec<T>(schemas, fields ? narrowed(name, fields) : writer, id, writer, avroType(name));
  }

  /** Values lie one behind the other in shared memory, written where they stay: nothing is copied. */
  encode(value: T): Buffer {
    for (let room = slabBytes; ; room *= 2) {
      if (this.slab.length - this.used < prefixBytes) this.newSlab(room);
      const start = this.used;
      const end = this.write(value, this.slab, start + prefixBytes);
      if (end < 0) {
        // It lacks as many bytes; where that was the end of a slab, a new one may have room.
        this.newSlab(Math.max(room, 2 * prefixBytes + this.slab.length - start - end));
        continue;
      }
      this.prefix.copy(this.slab, start);
      this.used = end;
      return this.slab.subarray(start, end);
    }
  }

  private newSlab(bytes: number): void {
    this.slab = Buffer.allocUnsafeSlow(bytes);
    this.used = 0;
  }

  /**
   * Decodes a framed value whose schema id is known; throws UndecodableValue otherwise. `prepare` makes ids known.
   */
  decode(framed: Buffer): T {
    const known = this.resolvers.get(schemaIdOf(framed));
    if (!known) {
      const id = schemaIdOf(framed);
      throw new UndecodableValue(this.foreign.get(id) ?? `schema ${id} is not known here`);
    }
    try {
      // Resolver and offset: avsc decodes in place, the frame is not copied.
      const { value, offset } = this.reader.decode(framed, prefixBytes, known.resolver);
      if (offset < 0) throw new Error('the record is cut short');
      if (offset !== framed.length) throw new Error('bytes follow the record');
      return value as T;
    } catch (error) {
      throw new UndecodableValue((error as Error).message);
    }
  }

  /**
   * Fetches the writer schemas of framed values that use an id not seen yet; unreadable frames are left to `decode`. Rejects
   * when the registry does not answer, or cannot be believed (see SchemaLookup).
   */
  async prepare(values: Iterable<Buffer | null>): Promise<void> {
    const unknown = new Set<number>();
    for (const framed of values) {
      if (!framed || framed.length < prefixBytes || framed[0] !== magicByte) continue;
      const id = framed.readInt32BE(1);
      if (this.resolvers.has(id) || this.foreign.has(id) || unknown.has(id)) continue;
      const text = await this.schemas.textOf(id);
      if (text === undefined) unknown.add(id);
      else this.know(id, text);
    }
  }

  private know(id: number, text: string): void {
    try {
      const writer = fastType(JSON.parse(text));
      this.resolvers.set(id, { writer, resolver: this.reader.createResolver(writer) });
    } catch (error) {
      this.foreign.set(id, `schema ${id} cannot be read as this one: ${(error as Error).message.slice(0, 200)}`);
    }
  }
}

function schemaIdOf(framed: Buffer): number {
  if (framed.length < prefixBytes || framed[0] !== magicByte) {
    throw new UndecodableValue('not a Confluent-framed Avro value');
  }
  return framed.readInt32BE(1);
}

/** The same record with fewer fields; named types move to where they are first used. */
function narrowed(name: SchemaName, fields: readonly string[]): avro.Type {
  const schema = JSON.parse(schemaTexts[name]) as { fields: { name: string }[] };
  return fastType({
    ...schema,
    fields: schema.fields.filter((field) => fields.includes(field.name)),
  } as unknown as avro.Schema);
}
