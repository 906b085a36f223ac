import type avro from 'avsc';

/** Where avsc reads or writes; the methods serve what is rare. */
export interface Tap {
  buf: Bytes;
  pos: number;
  readString(): string;
  skipString(): void;
  skipLong(): void;
  readLong(): number;
  writeLong(value: number): void;
  writeString(text: string): void;
}

/** What Node's buffers have and its types do not say. */
export interface Bytes extends Buffer {
  utf8Slice(start: number, end: number): string;
  latin1Slice(start: number, end: number): string;
}

/** The methods that avsc's types call of one another, and that ours replace. */
export interface Methods {
  _write(tap: Tap, value: unknown): void;
  _read(tap: Tap): unknown;
  _skip(tap: Tap): void;
}

/** avsc's own methods of a type. */
export const methodsOf = (type: avro.Type): Methods => type as unknown as Methods;

/** Kinds of plain values that have methods of ours, and unions of null and one of them, in this order. */
export function plainKind(type: avro.Type): { kind: string; nullable: boolean } | undefined {
  const union = type as avro.types.UnwrappedUnionType;
  if (type.typeName !== 'union:unwrapped') return { kind: type.typeName, nullable: false };
  const [first, second] = union.types;
  if (union.types.length !== 2 || first.typeName !== 'null') return undefined;
  return { kind: second.typeName, nullable: true };
}
