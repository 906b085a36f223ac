import avro from 'avsc';
import fc from 'fast-check';

const long = fc.oneof(
  fc.integer({ min: -100, max: 100 }),
  fc.integer(),
  fc.maxSafeInteger().map((n) => Math.trunc(n / 2)),
);
const text = fc.oneof(
  fc.string({ maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 30 }),
  fc.string({ unit: 'grapheme', minLength: 15, maxLength: 90 }),
  fc.constantFrom('', 'VOICE', 'crm', '😀'.repeat(17), 'x'.repeat(64), '\udc00'),
);
const primitives: Record<string, fc.Arbitrary<unknown>> = {
  boolean: fc.boolean(),
  int: fc.oneof(fc.integer({ min: -70, max: 70 }), fc.integer()),
  long,
  double: fc.double(),
  string: text,
  bytes: fc.uint8Array({ maxLength: 80 }).map((bytes) => Buffer.from(bytes)),
};

/** Values of an Avro type, as plain objects; fields that have a default may be missing. */
export function valuesOf(type: avro.Type): fc.Arbitrary<unknown> {
  if (type instanceof avro.types.UnwrappedUnionType) {
    return fc.oneof(fc.constant(null), valuesOf(type.types[1]));
  }
  if (type instanceof avro.types.EnumType) return fc.constantFrom(...type.symbols);
  if (type instanceof avro.types.ArrayType) return fc.array(valuesOf(type.itemsType), { maxLength: 3 });
  if (type instanceof avro.types.MapType) return fc.dictionary(text, valuesOf(type.valuesType), { maxKeys: 3 });
  if (type instanceof avro.types.RecordType) {
    const required = type.fields.filter((field) => field.defaultValue() === undefined).map(({ name }) => name);
    const missing = fc.constantFrom(true, false);
    return missing.chain((some) =>
      fc.record(
        Object.fromEntries(type.fields.map((field) => [field.name, valuesOf(field.type)])),
        some ? { requiredKeys: required } : {},
      ),
    );
  }
  return primitives[type.typeName];
}
