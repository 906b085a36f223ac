import { describe, expect, test } from '@jest/globals';
import { loadSql } from '../../../../infra/local/clickhouse/load-statement';
import { readStatement, type Statement } from '../../../../infra/local/clickhouse/statement';

const read = (sql: string, complete = true): Statement | 'more' =>
  readStatement(Buffer.from(sql).toString('latin1'), complete);

/** The INSERT as the engine gets it, and the data that was found behind it. */
function loaded(sql: string): { sql: string; data: string } {
  const statement = read(sql);
  if (statement === 'more' || statement.kind !== 'load')
    throw new Error(`no data in ${sql}: ${JSON.stringify(statement)}`);
  const data = Buffer.from(sql).subarray(statement.dataStart).toString();
  return { sql: loadSql(statement, '/b', 'none').replaceAll(/\s+/g, ' '), data };
}

describe('reading statements', () => {
  const selects = [
    { sql: 'SELECT 1', before: 'SELECT 1', format: undefined, after: '' },
    { sql: 'select 1 format JSON', before: 'select 1 ', format: 'JSON', after: '' },
    { sql: 'SELECT 1 FORMAT CSV SETTINGS a = 1;', before: 'SELECT 1 ', format: 'CSV', after: ' SETTINGS a = 1' },
    { sql: 'SELECT 1 SETTINGS a = 1 FORMAT CSV', before: 'SELECT 1 SETTINGS a = 1 ', format: 'CSV', after: '' },
    { sql: 'WITH 1 AS x SELECT x', before: 'WITH 1 AS x SELECT x', format: undefined, after: '' },
    { sql: '(SELECT 1) UNION ALL (SELECT 2)', before: '(SELECT 1) UNION ALL (SELECT 2)', format: undefined, after: '' },
    {
      sql: "SELECT 'FORMAT TSV', `format` FROM t",
      before: "SELECT 'FORMAT TSV', `format` FROM t",
      format: undefined,
      after: '',
    },
    {
      sql: "SELECT format('{}', a) FROM t -- FORMAT x",
      before: "SELECT format('{}', a) FROM t -- FORMAT x",
      format: undefined,
      after: '',
    },
    { sql: 'SELECT (SELECT 1 FORMAT TSV)', before: 'SELECT (SELECT 1 FORMAT TSV)', format: undefined, after: '' },
    { sql: "SELECT 'ä;' FORMAT TSV ; -- end", before: "SELECT 'ä;' ", format: 'TSV', after: ' ' },
    { sql: "SELECT 'it''s; \\' ;' /* ; */", before: "SELECT 'it''s; \\' ;' /* ; */", format: undefined, after: '' },
    { sql: 'SELECT $a$ ; $a$, $$;$$', before: 'SELECT $a$ ; $a$, $$;$$', format: undefined, after: '' },
  ];
  test.each(selects)('select: $sql', ({ sql, ...expected }) => {
    expect(read(sql)).toEqual({ kind: 'select', ...expected });
  });

  test.each(['SHOW TABLES', 'describe t', 'EXPLAIN SELECT 1', '/* c */ EXISTS t', '# c\nDESC t'])(
    'show: %s',
    (text) => {
      expect(read(text)).toEqual({ kind: 'show', text, format: undefined });
    },
  );

  test('the format of a show is known', () => {
    expect(read('SHOW TABLES FORMAT JSONEachRow')).toMatchObject({ kind: 'show', format: 'JSONEachRow' });
  });

  const commands = [
    'CREATE TABLE t (a Int8)',
    'SET a = 1',
    'INSERT INTO t SELECT 1',
    'INSERT INTO t (a) WITH x AS (SELECT 1) SELECT * FROM x',
  ];
  test.each([...commands, 'WITH 1 AS x INSERT INTO t SELECT x', 'INSERT INTO t SELECT 1 FORMAT TSV'])(
    'command: %s',
    (text) => {
      expect(read(text)).toEqual({ kind: 'command', text });
    },
  );

  test.each(['', '  ', ';', '-- nothing', '/* nothing */'])('empty: "%s"', (sql) => {
    expect(read(sql)).toEqual({ kind: 'empty' });
  });

  const refused = [
    { sql: 'SELECT 1; SELECT 2', type: 'SYNTAX_ERROR' },
    { sql: 'DROP TABLE a; DROP TABLE b', type: 'SYNTAX_ERROR' },
    { sql: "SELECT 1 INTO /* */ OUTFILE 'x'", type: 'INTO_OUTFILE_NOT_ALLOWED' },
    { sql: "SHOW TABLES INTO OUTFILE 'x'", type: 'INTO_OUTFILE_NOT_ALLOWED' },
    { sql: "INSERT INTO t FROM INFILE 'x' FORMAT CSV", type: 'UNKNOWN_TYPE_OF_QUERY' },
    { sql: "INSERT INTO t (a) FROM INFILE 'x' VALUES", type: 'UNKNOWN_TYPE_OF_QUERY' },
  ];
  test.each(refused)('refused: $sql', ({ sql, type }) => {
    expect(() => read(sql)).toThrow(expect.objectContaining({ type }));
  });
});

describe('reading inserts with data', () => {
  const cases = [
    {
      given: 'INSERT INTO t FORMAT TSV\n1\n2',
      sql: "INSERT INTO t FROM INFILE '/b' COMPRESSION 'none' FORMAT TSV",
      data: '1\n2',
    },
    {
      given: 'INSERT INTO t FORMAT TSV \r\n\n1',
      sql: "INSERT INTO t FROM INFILE '/b' COMPRESSION 'none' FORMAT TSV",
      data: '\n1',
    },
    {
      given: 'insert into t format JSONEachRow {"a":1}',
      sql: "insert into t FROM INFILE '/b' COMPRESSION 'none' FORMAT JSONEachRow",
      data: '{"a":1}',
    },
    {
      given: 'INSERT INTO t VALUES (1)',
      sql: "INSERT INTO t FROM INFILE '/b' COMPRESSION 'none' FORMAT Values",
      data: ' (1)',
    },
    {
      given: 'INSERT INTO t(a)VALUES(1)',
      sql: "INSERT INTO t(a) FROM INFILE '/b' COMPRESSION 'none' FORMAT Values",
      data: '(1)',
    },
    {
      given: 'INSERT INTO t (a) SETTINGS x = 1, y = 2 VALUES (1)',
      sql: "INSERT INTO t (a) FROM INFILE '/b' COMPRESSION 'none' SETTINGS x = 1, y = 2 FORMAT Values",
      data: ' (1)',
    },
    {
      given: 'INSERT INTO db.`t``x` (`format`, "values") FORMAT CSV\n1',
      sql: "INSERT INTO db.`t``x` (`format`, \"values\") FROM INFILE '/b' COMPRESSION 'none' FORMAT CSV",
      data: '1',
    },
    {
      given: 'INSERT INTO values FORMAT CSV\n1',
      sql: "INSERT INTO values FROM INFILE '/b' COMPRESSION 'none' FORMAT CSV",
      data: '1',
    },
    {
      given: 'INSERT INTO TABLE {d:Identifier}.{t:Identifier} FORMAT CSV\n1',
      sql: "INSERT INTO TABLE {d:Identifier}.{t:Identifier} FROM INFILE '/b' COMPRESSION 'none' FORMAT CSV",
      data: '1',
    },
    {
      given: "INSERT INTO FUNCTION null('a Int8') FORMAT CSV\n1",
      sql: "INSERT INTO FUNCTION null('a Int8') FROM INFILE '/b' COMPRESSION 'none' FORMAT CSV",
      data: '1',
    },
    {
      given: 'INSERT INTO ä FORMAT TSV\nä',
      sql: "INSERT INTO ä FROM INFILE '/b' COMPRESSION 'none' FORMAT TSV",
      data: 'ä',
    },
    {
      given:
        "INSERT INTO t (a, b) SELECT x, 'c' FROM input('x Int8, y Tuple(z String)') WHERE x > 1 SETTINGS k = 'v' FORMAT AvroConfluent\nbytes",
      sql: "INSERT INTO t (a, b) SELECT x, 'c' FROM file('/b', 'AvroConfluent', 'x Int8, y Tuple(z String)', 'none') WHERE x > 1 SETTINGS k = 'v' ",
      data: 'bytes',
    },
    {
      given: 'INSERT INTO t SELECT format FROM (SELECT * FROM input()) FORMAT TSV 1',
      sql: "INSERT INTO t SELECT format FROM (SELECT * FROM file('/b', 'TSV', 'auto', 'none')) ",
      data: '1',
    },
  ];
  test.each(cases)('$given', ({ given, sql, data }) => {
    expect(loaded(given)).toEqual({ sql, data });
  });

  test('data that looks like SQL, or like nothing, is left alone', () => {
    expect(loaded("INSERT INTO t FORMAT RowBinary\n\0';DROP TABLE t; /*").data).toBe("\0';DROP TABLE t; /*");
  });

  test('a statement cut anywhere is never taken for another one', () => {
    const sql = "INSERT INTO t (a) SETTINGS x = 'y' FORMAT JSONEachRow\n";
    const answers = Array.from({ length: sql.length }, (_, end) => read(sql.slice(0, end), false));
    expect(answers.every((answer) => answer === 'more')).toBe(true);
    expect(read(sql, false)).toMatchObject({ kind: 'load', format: 'JSONEachRow', dataStart: sql.length });
  });

  test('a select is not read before its end: a clause may follow', () => {
    expect(read('SELECT 1 FORMAT JSON', false)).toBe('more');
  });
});
