import { schemaTexts } from '../../../schemas/types';
import { topics, valueSchemas } from '../../lib/topics';

type FieldType = string | { type?: FieldType; logicalType?: string } | FieldType[];
interface Field {
  name: string;
  type: FieldType;
}

const fieldsOf = (name: 'events' | 'sessions' | 'legs'): Field[] => {
  const { fields } = JSON.parse(schemaTexts[valueSchemas[topics.commands]]) as {
    fields: { name: string; type: { items: { fields: Field[] } } }[];
  };
  return (fields.find((field) => field.name === name) as (typeof fields)[number]).type.items.fields;
};

const isTimestamp = (type: FieldType): boolean =>
  Array.isArray(type)
    ? type.some(isTimestamp)
    : typeof type === 'object' && (type.logicalType === 'timestamp-millis' || isTimestamp(type.type ?? ''));

const isNullableText = (type: FieldType): boolean =>
  Array.isArray(type) && type.includes('null') && type.includes('string');

/** What to select of `table` (as `r`) for records of a command: times as epoch ms; of sign rows, the +1 that stands. */
function selected(fields: readonly Field[]): string {
  return fields
    .map(({ name, type }) => {
      if (name === 'sign') return '1 AS sign';
      return isTimestamp(type) ? `toUnixTimestamp64Milli(r.${name}) AS ${name}` : `r.${name} AS ${name}`;
    })
    .join(', ');
}

const eventFields = fieldsOf('events');
const nullableTexts = eventFields.filter(({ type }) => isNullableText(type)).map(({ name }) => name);

export const selectedEvents = selected(eventFields);
export const selectedSessions = selected(fieldsOf('sessions'));
export const selectedLegs = selected(fieldsOf('legs'));

/** The tables have '' where an event has no text. */
export function withNulls<Row extends object>(row: Row): Row {
  const result = row as Record<string, unknown>;
  for (const name of nullableTexts) if (result[name] === '') result[name] = null;
  return row;
}
