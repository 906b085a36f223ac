import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { type Rendered, renderMigrations } from '../../../../infra/clickhouse/cluster';
import { readMigrations, statementsOf } from '../../../../infra/clickhouse/migrations';
import { tablesWithTtl, ttlStatements } from '../../../../infra/clickhouse/ttl';
import { plainForm } from '../../../support/plain-form';

const form = { cluster: 'cd', database: 'customer_dynamics' };
const files = readMigrations(join(__dirname, '../../../../infra/clickhouse/migrations')).map(statementsOf);
const rendered = renderMigrations(files, form);
const all = rendered.flat();
/** What analysts ask for must be whole: these words stand for a part of it. */
const parts = /\w_local\b/;

const render = (...statements: string[]): Rendered[] => renderMigrations([statements], form)[0];
const sharded = [
  "CREATE TABLE t (a String, kafka_partition UInt16)\nENGINE = MergeTree\nORDER BY a\nCOMMENT 'All.'",
  'CREATE MATERIALIZED VIEW v TO t {columns of t} AS SELECT * FROM t_landing',
];

describe('the migrations in the form for a cluster', () => {
  test('for one server are byte for byte what the files say', () => {
    expect(renderMigrations(files, undefined)).toEqual(
      files.map((statements) => statements.map((sql) => ({ sql, on: 'once' }))),
    );
  });

  test('hold every statement, in order, and nothing else but the Distributed tables and what is done to them', () => {
    for (const [number, statements] of files.entries()) {
      const made = rendered[number].map(({ sql }) => plainForm(sql));
      let at = 0;
      for (const statement of statements) {
        const found = made.indexOf(statement, at);
        expect({ statement: statement.slice(0, 100), found: found >= 0 }).toMatchObject({ found: true });
        at = found + 1;
      }
      const added = rendered[number].filter(({ sql }) => !statements.includes(plainForm(sql)));
      expect(
        added.filter(({ sql }) => !/ENGINE = Distributed\('cd', 'customer_dynamics', '\w+_local'/.test(sql)),
      ).toEqual([]);
    }
  });

  test('keep rows in replicated tables only, whose tokens are remembered as on one server', () => {
    const tables = all.filter(({ sql }) => /ENGINE = \w*MergeTree/.test(sql));
    expect(tables.length).toBeGreaterThan(15);
    for (const { sql } of tables)
      expect(sql).toMatch(
        /ENGINE = Replicated\w*MergeTree\('\/clickhouse\/tables\/\{uuid\}\/(\{shard\}', '\{replica\}|all', '\{shard\}-\{replica\})'/,
      );
    expect(all.filter(({ sql }) => sql.includes('non_replicated_'))).toEqual([]);
    const windows = (statements: readonly string[]) =>
      statements.flatMap((sql) =>
        [...sql.matchAll(/replicated_deduplication_window = (\d+)/g)].map(([, size]) => size),
      );
    expect(windows(all.map(({ sql }) => sql))).toEqual(windows(files.flat()));
  });

  test('reach every server: DDL by ON CLUSTER, rows by replication or by each shard', () => {
    for (const { sql, on } of all) {
      const isInsert = /^(--.*\n)*INSERT/.test(sql);
      expect({ sql: sql.slice(0, 80), reaches: sql.includes(' ON CLUSTER `cd`') }).toMatchObject({
        reaches: !isInsert,
      });
      if (isInsert) expect(on === 'each shard').toBe(parts.test(sql));
      else expect(on).toBe('once');
    }
  });

  test('let views read whole tables, and what fills tables read and fill parts', () => {
    const of = (pattern: RegExp) => all.map(({ sql }) => sql).filter((sql) => pattern.test(sql));
    const views = of(/^(--.*\n)*CREATE (OR REPLACE )?VIEW/);
    expect(views.length).toBeGreaterThan(30);
    expect(views.filter((sql) => parts.test(sql))).toEqual([]);
    const fillers = of(/^(--.*\n)*CREATE MATERIALIZED VIEW/);
    expect(fillers.length).toBeGreaterThan(7);
    const tables = new Set(
      of(/ENGINE = Replicated/).map((sql) => /CREATE TABLE (?:IF NOT EXISTS )?(\w+)/.exec(sql)?.[1]),
    );
    for (const sql of fillers) {
      expect(/ TO (\w+)/.exec(sql)?.[1]).toMatch(/_local$/);
      const sources = [...sql.replace(/--.*$/gm, '').matchAll(/\b(?:FROM|(?<!ARRAY )JOIN)\s+([a-z]\w*)/g)].map(
        ([, name]) => name,
      );
      expect(sources.filter((source) => !source.endsWith('_landing') && !tables.has(source))).toEqual([]);
    }
  });

  test('a rewritten table stays sharded: copied on each shard, exchanged by its parts', () => {
    const rewriting = [
      'DROP TABLE IF EXISTS t_new SYNC',
      'CREATE TABLE t_new AS t\nENGINE = MergeTree\nORDER BY kafka_partition\n{ttl of t}',
      'INSERT INTO t_new SELECT * FROM t WHERE {each month of at in t}',
      'EXCHANGE TABLES t AND t_new',
      'DROP TABLE IF EXISTS t_new SYNC',
    ];
    const dropped = [
      { sql: 'DROP TABLE IF EXISTS t_new ON CLUSTER `cd` SYNC', on: 'once' },
      { sql: 'DROP TABLE IF EXISTS t_new_local ON CLUSTER `cd` SYNC', on: 'once' },
    ];
    expect(renderMigrations([sharded, rewriting], form)[1]).toEqual([
      ...dropped,
      {
        sql: "CREATE TABLE t_new_local ON CLUSTER `cd` AS t_local\nENGINE = ReplicatedMergeTree('/clickhouse/tables/{uuid}/{shard}', '{replica}')\nORDER BY kafka_partition\n{ttl of t_local}",
        on: 'once',
      },
      {
        sql: "CREATE TABLE t_new ON CLUSTER `cd` AS t_new_local\nENGINE = Distributed('cd', 'customer_dynamics', 't_new_local', kafka_partition)",
        on: 'once',
      },
      {
        sql: 'INSERT INTO t_new_local SELECT * FROM t_local AS t WHERE {each month of at in t_local}',
        on: 'each shard',
      },
      { sql: 'EXCHANGE TABLES t_local AND t_new_local ON CLUSTER `cd`', on: 'once' },
      ...dropped,
    ]);
  });

  test('a name is only changed where it is that of a table', () => {
    const [, , view] = render(
      ...sharded.slice(0, 1),
      "CREATE MATERIALIZED VIEW v TO t {columns of t} AS SELECT count() AS t, t.a, 'FROM t' FROM t GROUP BY a",
    );
    expect(view.sql).toContain("SELECT count() AS t, t.a, 'FROM t' FROM t_local AS t GROUP BY a");
  });

  test('what there is no rule for is refused, not passed on', () => {
    expect(() => render('OPTIMIZE TABLE t FINAL')).toThrow('there is no cluster form for: OPTIMIZE TABLE t FINAL');
    expect(() => render(...sharded, 'ALTER TABLE t ADD COLUMN b String, ADD INDEX i a TYPE minmax')).toThrow(
      'two statements',
    );
    const late = ['CREATE TABLE s (a String)\nENGINE = MergeTree\nORDER BY a'];
    expect(() =>
      renderMigrations([late, ['CREATE MATERIALIZED VIEW w TO s AS SELECT 1 AS a FROM t_landing']], form),
    ).toThrow('w fills s, which is not filled by a view in the file that makes it');
  });

  test('TTLs go to the tables that keep rows', () => {
    const created = new Map(
      tablesWithTtl.flatMap((table): [string, string][] => {
        const keeps = ' ORDER BY a';
        return all.some(({ sql }) => sql.includes(` ${table}_local ON CLUSTER`))
          ? [
              [table, 'Distributed'],
              [`${table}_local`, keeps],
            ]
          : [[table, keeps]];
      }),
    );
    const statements = ttlStatements(created, { eventsDays: 30, rollupsDays: 60 }, 'cd');
    expect(statements).toContain(
      'ALTER TABLE interactions_local ON CLUSTER `cd` MODIFY TTL toDateTime(occurred_at) + toIntervalDay(30)',
    );
    expect(statements).toContain(
      'ALTER TABLE late_repairs ON CLUSTER `cd` MODIFY TTL toDateTime(decided_at) + toIntervalDay(30)',
    );
  });
});
