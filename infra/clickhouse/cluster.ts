import { tokens, wordOf } from '../local/clickhouse/tokens';
import {
  alterations,
  commentOf,
  declares,
  type Head,
  nameToken,
  readEngine,
  readHead,
  withoutStrings,
} from './read-statement';

/** The cluster that the migrations are for, as its servers' `remote_servers` call it, and the database. */
export interface ClusterForm {
  cluster: string;
  database: string;
}

/** A statement to be run, and where: once anywhere (with ON CLUSTER it reaches all), or on one server of each shard. */
export interface Rendered {
  sql: string;
  on: 'once' | 'each shard';
}

const suffix = '_local';
/** Keeper's paths hold the table's UUID: tables that are exchanged or renamed keep theirs, and a new one never meets an old one's. */
const shardedReplica = "'/clickhouse/tables/{uuid}/{shard}', '{replica}'";
/** One path for all shards: every server has all of it. */
const everywhereReplica = "'/clickhouse/tables/{uuid}/all', '{shard}-{replica}'";
const windowSeconds = 7 * 86_400;
/** In ALTER: what a Distributed table has too. */
const columnChanges = new Set([
  'ADD COLUMN',
  'MODIFY COLUMN',
  'DROP COLUMN',
  'RENAME COLUMN',
  'COMMENT COLUMN',
  'MODIFY COMMENT',
]);

/**
 * The migrations' statements, file by file, in the form for a cluster; with none, as they are. The README of this
 * folder says what becomes of what. Pure: it reads nothing but the text. Throws for a statement that it has no rule for.
 */
export function renderMigrations(files: readonly (readonly string[])[], form: ClusterForm | undefined): Rendered[][] {
  if (!form) return files.map((statements) => statements.map((sql) => ({ sql, on: 'once' })));
  const renderer = new ClusterRenderer(form);
  return files.map((statements) => renderer.file(statements));
}

/** Renders files in their order: what a table is follows from the file that makes it. */
export class ClusterRenderer {
  /** Tables of which each shard has its part: `t_local` there, and a Distributed `t`. With the columns they are sharded by. */
  private readonly sharded = new Map<string, boolean>();
  private readonly everywhere = new Set<string>();
  /** Sharded tables that the file at hand makes: it may begin by dropping what was left of them when it failed half-way. */
  private madeBelow: ReadonlySet<string> = new Set();

  constructor(private readonly form: ClusterForm) {}

  file(statements: readonly string[]): Rendered[] {
    const targets = new Set(statements.map((sql) => readHead(sql).target));
    this.madeBelow = new Set(
      statements.map(readHead).flatMap(({ kind, name, as }) => {
        const isSharded = targets.has(name) || (as !== undefined && this.sharded.has(as));
        return kind === 'create table' && isSharded ? [name] : [];
      }),
    );
    return statements.flatMap((sql) => this.statement(sql, targets));
  }

  /** One statement on tables that are known from files rendered before. */
  statement(sql: string, targets: ReadonlySet<string | undefined> = new Set()): Rendered[] {
    const head = readHead(sql);
    switch (head.kind) {
      case 'create table':
        return this.table(sql, head, targets);
      case 'create materialized view':
        if (this.everywhere.has(head.target!)) {
          throw new Error(`${head.name} fills ${head.target}, which is not filled by a view in the file that makes it`);
        }
        return [once(this.localSources(this.local(this.onCluster(sql, head), head.target!)))];
      case 'create view':
        return [once(this.onCluster(sql, head))];
      case 'drop view':
        return [once(this.onCluster(sql, head))];
      case 'alter table':
        return this.alter(sql, head);
      case 'drop table': {
        const isSharded = this.sharded.has(head.name) || this.madeBelow.has(head.name);
        return isSharded
          ? [once(this.onCluster(sql, head)), once(this.onCluster(sql, head, true))]
          : [once(this.onCluster(sql, head))];
      }
      case 'truncate table':
        return [once(this.onCluster(sql, head, this.sharded.has(head.name)))];
      case 'exchange tables':
        return [once(`${this.local(this.local(sql, head.name), head.target!)} ON CLUSTER ${this.name}`)];
      case 'insert':
        return this.sharded.has(head.name)
          ? [{ sql: this.localSources(this.local(sql, head.name)), on: 'each shard' }]
          : [once(sql)];
    }
  }

  private table(sql: string, head: Head, targets: ReadonlySet<string | undefined>): Rendered[] {
    const engine = readEngine(sql);
    const copied = head.as;
    if (!engine) throw new Error(`${head.name} names no engine`);
    if (!engine.name.endsWith('MergeTree')) return [once(this.onCluster(this.localCopied(sql, copied), head))];
    const isSharded = targets.has(head.name) || (copied !== undefined && this.sharded.has(copied));
    const replica = isSharded ? shardedReplica : everywhereReplica;
    const replicated = `Replicated${engine.name}(${[replica, engine.args].filter((part) => part !== '').join(', ')})`;
    const windowed = (sql.slice(0, engine.start) + replicated + sql.slice(engine.end)).replace(
      /\bnon_replicated_deduplication_window = (\d+)/,
      `replicated_deduplication_window = $1, replicated_deduplication_window_seconds = ${windowSeconds}`,
    );
    if (!isSharded) {
      this.everywhere.add(head.name);
      return [once(this.onCluster(windowed, head))];
    }
    const byPartition = copied === undefined ? declares(sql, 'kafka_partition') : this.sharded.get(copied)!;
    this.sharded.set(head.name, byPartition);
    const local = this.localSources(this.onCluster(this.localCopied(windowed, copied), head, true));
    return [once(local), once(this.distributed(sql, head, byPartition))];
  }

  /** CREATE TABLE … AS t: the columns of the shard's part, which has them first. */
  private localCopied(sql: string, copied: string | undefined): string {
    return copied === undefined ? sql : this.local(sql, copied);
  }

  private distributed(sql: string, { name, start }: Head, byPartition: boolean): string {
    const { cluster, database } = this.form;
    const args = [`'${cluster}'`, `'${database}'`, `'${name}${suffix}'`, ...(byPartition ? ['kafka_partition'] : [])];
    const comment = commentOf(sql);
    const verb = sql.slice(start, nameToken(sql, name).start).trimEnd();
    return `${verb} ${name} ON CLUSTER ${this.name} AS ${name}${suffix}\nENGINE = Distributed(${args.join(', ')})${comment ? `\n${comment}` : ''}`;
  }

  private alter(sql: string, head: Head): Rendered[] {
    if (!this.sharded.has(head.name)) return [once(this.onCluster(sql, head))];
    const ofColumns = alterations(sql).filter((change) => columnChanges.has(change));
    const isOfStorage = ofColumns.length < alterations(sql).length || /\bTTL\b/.test(withoutStrings(sql));
    if (isOfStorage && ofColumns.length > 0 && !/\bTTL\b/.test(withoutStrings(sql))) {
      throw new Error(`ALTER TABLE ${head.name}: changes of columns and of storage are two statements`);
    }
    const local = once(this.onCluster(sql, head, true));
    return isOfStorage ? [local] : [local, once(this.onCluster(sql, head))];
  }

  /** ON CLUSTER behind the name of what the statement is about, which with `isLocal` is that of each shard's part. */
  private onCluster(sql: string, { name }: Head, isLocal = false): string {
    const { start, end } = nameToken(sql, name);
    return `${sql.slice(0, start)}${name}${isLocal ? suffix : ''} ON CLUSTER ${this.name}${sql.slice(end)}`;
  }

  /** The first mention of a sharded table as that of the shard's part. */
  private local(sql: string, name: string): string {
    if (!this.sharded.has(name)) return sql;
    const { start, end } = nameToken(sql, name);
    return `${sql.slice(0, start)}${name}${suffix}${sql.slice(end)}`;
  }

  /** Wherever a sharded table is read, and in placeholders: the shard's part, under the name it had. */
  private localSources(sql: string): string {
    let rendered = '';
    let done = 0;
    let [beforeThat, before] = ['', ''];
    const all = [...tokens(sql)];
    for (const [index, token] of all.entries()) {
      const text = sql.slice(token.start, token.end);
      // ARRAY JOIN names a column, which may be called as a table is.
      const isSource = before === 'FROM' || (before === 'JOIN' && beforeThat !== 'ARRAY');
      if (isSource && token.kind === 'word' && this.sharded.has(text)) {
        const next = all[index + 1];
        const hasAlias = next !== undefined && wordOf(sql, next) === 'AS';
        rendered += `${sql.slice(done, token.end)}${suffix}${hasAlias ? '' : ` AS ${text}`}`;
        done = token.end;
      }
      [beforeThat, before] = [before, wordOf(sql, token)];
    }
    return (rendered + sql.slice(done)).replace(/\{([a-z_ ]+ (?:of|in) )(\w+)\}/g, (whole, what, name) =>
      this.sharded.has(name) ? `{${what}${name}${suffix}}` : whole,
    );
  }

  private get name(): string {
    return `\`${this.form.cluster}\``;
  }
}

const once = (sql: string): Rendered => ({ sql, on: 'once' });
