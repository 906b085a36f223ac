import { describe, expect, test } from '@jest/globals';
import { declaredColumns, type Relation } from '../../../../infra/clickhouse/catalogue';
import { definitionOf, dictionaryFaults } from '../../../../infra/clickhouse/coverage';
import type { MetricDefinition } from '../../../../infra/clickhouse/metric-definitions';

const relation = (name: string, columns: string[], engine = 'View'): Relation => ({
  name,
  engine,
  comment: 'c',
  columns: columns.map((column) => ({ name: column, type: 'UInt8', comment: 'c' })),
  parameters: [],
});
const definition = (view_column: string, given: Partial<MetricDefinition> = {}): MetricDefinition => ({
  name: 'n',
  unit: 'u',
  formula: 'f',
  numerator: '',
  denominator: '',
  edge_cases: '',
  source: 's',
  view_column,
  ...given,
});

describe('what is wrong with a dictionary', () => {
  const relations = [
    relation('queues', ['day', 'offered']),
    relation('legs_current', ['day']),
    relation('t', ['x'], 'Log'),
  ];

  const cases: { name: string; definitions: MetricDefinition[]; faults: string[] }[] = [
    { name: 'nothing', definitions: [definition('*.day'), definition('queues.offered'), definition('')], faults: [] },
    { name: 'a column without', definitions: [definition('*.day')], faults: ['queues.offered has no definition'] },
    {
      name: 'a column that is not there',
      definitions: [definition('*.day'), definition('*.offered'), definition('queues.handled'), definition('*.x')],
      faults: ['definition n: there is no queues.handled', 'definition n: there is no *.x'],
    },
    {
      name: 'two for one place',
      definitions: [definition('*.day'), definition('queues.offered'), definition('queues.offered')],
      faults: ['queues.offered is defined 2 times'],
    },
    {
      name: 'an empty formula',
      definitions: [definition('*.day'), definition('queues.offered', { formula: ' ' })],
      faults: ['definition n (queues.offered) has no formula'],
    },
  ];
  test.each(cases)('$name', ({ definitions, faults }) => {
    expect(dictionaryFaults(relations, definitions)).toEqual(faults);
  });

  test('an entry of the view itself comes before one for all views', () => {
    const definitions = [definition('*.day', { name: 'any' }), definition('queues.day', { name: 'own' })];
    expect(definitionOf(definitions, 'queues', 'day')?.name).toBe('own');
    expect(definitionOf(definitions, 'volumes', 'day')?.name).toBe('any');
  });
});

describe('columns of a CREATE statement', () => {
  test('types with brackets, comments with quotes, columns without a comment', () => {
    const statement =
      "CREATE VIEW d.v (`a` Nullable(DateTime64(3, 'UTC')) COMMENT 'The \\'time\\', (UTC); a \\\\ and `x`', `odd name` Enum8('x' = 1, 'y' = 2), c Array(String) COMMENT 'c') AS (SELECT (1) AS z, 2) COMMENT 'v'";
    expect(declaredColumns(statement)).toEqual([
      { name: 'a', type: "Nullable(DateTime64(3, 'UTC'))", comment: "The 'time', (UTC); a \\ and `x`" },
      { name: 'odd name', type: "Enum8('x' = 1, 'y' = 2)", comment: '' },
      { name: 'c', type: 'Array(String)', comment: 'c' },
    ]);
  });

  test('none where a view declares none', () => {
    expect(declaredColumns('CREATE VIEW d.v AS SELECT count(1) AS a FROM t')).toEqual([]);
  });
});
