import { type AvroCodec, UndecodableValue } from '../../lib/avro';
import type { KafkaMessage } from '../../lib/kafka/kafkajs';
import { frameIdOf } from '../../lib/kafka/values';
import type { Faults } from '../domain/leaving-out';
import type { SchemaIds } from '../schema-ids';

/** Frames only: one look-up for each schema id, then a comparison a record. */
export async function frameFaults(ids: SchemaIds, data: readonly KafkaMessage[]): Promise<Faults> {
  const faults: Faults = new Map();
  // A producer's mistake is in all its records: each id is asked for once.
  const foreign = new Map<number, string>();
  for (const message of data) {
    const id = frameIdOf(message);
    if (ids.isFine(id)) continue;
    const fault = (id !== undefined && foreign.get(id)) || (await ids.faultOf(message.value));
    if (!fault) continue;
    faults.set(Number(message.offset), fault);
    if (id !== undefined) foreign.set(id, fault);
  }
  return faults;
}

/** Decodes every record, keeping nothing. */
export async function decodeFaults(codec: AvroCodec<unknown>, data: readonly KafkaMessage[]): Promise<Faults> {
  await codec.prepare(data.map(({ value }) => value));
  const faults: Faults = new Map();
  for (const { offset, value } of data) {
    try {
      if (value === null) throw new UndecodableValue('the record has no value');
      codec.decode(value);
    } catch (error) {
      if (!(error instanceof UndecodableValue)) throw error;
      faults.set(Number(offset), error.message);
    }
  }
  return faults;
}
