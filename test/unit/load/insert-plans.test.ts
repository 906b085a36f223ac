import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { topics, valueSchemas } from '../../../services/lib/topics';
import { currentVersion, insertPlans } from '../../../services/load/domain/insert-plans';
import { insertStatement, trialStatement } from '../../../services/load/domain/insert-statement';

type Schema = string | Schema[] | { type: Schema; name?: string; items?: Schema; values?: Schema; fields?: Field[] };
interface Field {
  name: string;
  type: Schema;
}

/** What ClickHouse reads a field as; strings that may be null are read as ''. */
function clickhouseType(schema: Schema): string {
  if (Array.isArray(schema)) {
    const type = clickhouseType(schema.find((branch) => branch !== 'null') as Schema);
    return type === 'String' ? type : `Nullable(${type})`;
  }
  if (typeof schema === 'string') {
    return { string: 'String', boolean: 'Bool', long: 'Int64', int: 'Int32', double: 'Float64' }[schema] as string;
  }
  if ((schema as { logicalType?: string }).logicalType === 'timestamp-millis') return "DateTime64(3, 'UTC')";
  if (schema.type === 'enum') return 'String';
  if (schema.type === 'map') return 'Map(String, String)';
  if (schema.type === 'array') return `Array(${clickhouseType(schema.items as Schema)})`;
  if (schema.type === 'record') {
    return `Tuple(${(schema.fields as Field[]).map(({ name, type }) => `${name} ${clickhouseType(type)}`).join(', ')})`;
  }
  return clickhouseType(schema.type);
}

const fieldsOf = (name: string): Field[] =>
  (JSON.parse(readFileSync(join(__dirname, '../../../schemas', name), 'utf8')) as { fields: Field[] }).fields;

/** Counts cannot be negative and signs are small: narrower than Avro can say. */
const narrowed = (type: string) =>
  type
    .replace(/\b(event_count|contact_count|leg_count|version|change_seq) Int64/g, '$1 UInt64')
    .replace(
      /\b(failures_before_success|rule_version|offer_count|hold_count|unanswered_offer_count|\w+_message_count) Int32/g,
      '$1 UInt32',
    )
    .replace(/path_counts Array\(Int32\)/, 'path_counts Array(UInt32)')
    .replace(/\bsign Int32/g, 'sign Int8');

describe('the insert plans', () => {
  const plans = insertPlans[currentVersion];

  test('interactions reads every field of the enriched event', () => {
    const expected = fieldsOf(`${valueSchemas[topics.enriched]}.avsc`).map(({ name, type }) => [
      name,
      clickhouseType(type),
    ]);
    expect(plans.interactions.columns.toSorted()).toEqual(expected.toSorted());
  });

  test('sessions reads every field of session and leg rows, in their order', () => {
    const wanted = ['customer_id', 'change_seq', 'sessions', 'legs'];
    const expected = fieldsOf('session-change-set.v1.avsc')
      .filter(({ name }) => wanted.includes(name))
      .map(({ name, type }) => narrowed(`${name} ${clickhouseType(type)}`));
    expect(plans.sessions.columns.map((column) => column.join(' '))).toEqual(expected);
  });

  test('a statement names its token, its deadline and how it is cut into blocks', () => {
    const block = { partition: 3, token: "c-t-3-1-2'", deadline_at: 1_700_000_000_000 };
    const statement = insertStatement(plans.deadLetters, block, 'http://registry');
    expect(statement).toContain('INSERT INTO dead_letters_landing (reason, ');
    expect(statement).toContain("insert_deduplication_token = 'c-t-3-1-2\\''");
    expect(statement).toContain('WHERE throwIf(now64(3) > fromUnixTimestamp64Milli(1700000000000), ');
    expect(statement).toContain(', 3 AS kafka_partition\n');
    expect(statement.endsWith('\nFORMAT JSONEachRow')).toBe(true);
  });

  test.each([1, 2, 3])('version %i is what it was: a block begun with it must be repeated exactly', (version) => {
    const block = { partition: 0, token: 'token', deadline_at: 0 };
    const statements = Object.values(insertPlans[version]).map((plan) =>
      insertStatement(plan, block, 'http://registry'),
    );
    expect(statements.join('\n\n')).toMatchSnapshot();
    expect(trialStatement(insertPlans[version].sessions, 'http://registry')).toMatch(/^INSERT INTO FUNCTION null\(/);
  });
});
