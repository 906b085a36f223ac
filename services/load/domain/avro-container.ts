const magic = Buffer.from('Obj\u0001', 'latin1');
/** The format wants any sixteen bytes that are the same throughout a file. Always these: the same values, the same bytes. */
const sync = Buffer.from('customer-dynamic', 'latin1');

/**
 * An Avro object container file: values of one schema, without Confluent's prefix, in one block. Readable without a
 * registry, as it carries the schema (JSON). Layout: avro.apache.org/docs/1.12.0/specification, "Object Container Files".
 */
export function avroContainer(schema: string, values: readonly Buffer[]): Buffer {
  const bytes = values.reduce((sum, { length }) => sum + length, 0);
  return Buffer.concat([
    magic,
    long(2),
    ...text('avro.schema'),
    ...text(schema),
    ...text('avro.codec'),
    ...text('null'),
    long(0),
    sync,
    ...(values.length === 0 ? [] : [long(values.length), long(bytes), ...values, sync]),
  ]);
}

function text(value: string): [Buffer, Buffer] {
  const bytes = Buffer.from(value);
  return [long(bytes.length), bytes];
}

/** Avro's long: zigzag, seven bits a byte; for whole numbers from 0. */
function long(value: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value * 2; ; rest = Math.floor(rest / 128)) {
    if (rest < 128) return Buffer.from([...bytes, rest]);
    bytes.push((rest % 128) | 128);
  }
}
