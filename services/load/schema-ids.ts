import type { SchemaLookup } from '../lib/schema-lookup';
import { frameId } from './domain/frame';

interface KnownSchema {
  /** Full name of its record. */
  name: string;
  /** The schema itself, JSON. */
  text: string;
}

/**
 * Which ids in Confluent's framing stand for a schema of one record. Asks the registry once for each id; an id it does
 * not know is asked for again, since it may come to know it.
 */
export class SchemaIds {
  private readonly known = new Map<number, KnownSchema>();

  constructor(
    private readonly schemas: Pick<SchemaLookup, 'textOf'>,
    /** Full name of the record, e.g. dev.customerdynamics.v1.EnrichedEvent. */
    private readonly record: string,
  ) {}

  /** True of the ids of most values, without waiting: known to be of the record. */
  isFine(id: number | undefined): boolean {
    return id !== undefined && this.known.get(id)?.name === this.record;
  }

  /** Why a value cannot be one of the record; undefined when it may be. Rejects when the registry cannot say. */
  async faultOf(value: Buffer | null): Promise<string | undefined> {
    if (value === null) return 'the record has no value';
    const id = frameId(value);
    if (id === undefined) return 'not a Confluent-framed Avro value';
    const schema = this.known.get(id) ?? (await this.fetched(id));
    if (schema === undefined) return `the registry knows no schema ${id}`;
    return schema.name === this.record ? undefined : `schema ${id} is of ${schema.name}, not of ${this.record}`;
  }

  /** The schema of an id that `faultOf` has seen, JSON. */
  textOf(id: number): string {
    const schema = this.known.get(id);
    if (!schema) throw new Error(`schema ${id} has not been looked up`);
    return schema.text;
  }

  private async fetched(id: number): Promise<KnownSchema | undefined> {
    const text = await this.schemas.textOf(id);
    if (text === undefined) return undefined;
    const { name, namespace } = JSON.parse(text) as { name?: string; namespace?: string };
    const schema = { name: [namespace, name].filter(Boolean).join('.'), text };
    this.known.set(id, schema);
    return schema;
  }
}
