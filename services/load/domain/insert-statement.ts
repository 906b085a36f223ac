/** How the data of one topic gets into its landing table. What is here for a version never changes (see insert-plans). */
export interface InsertPlan {
  landing: string;
  /** Avro: the same values in an object container; the rows are the same. */
  format: 'AvroConfluent' | 'Avro' | 'JSONEachRow';
  /** Columns of the body: name and the type ClickHouse reads it as. */
  columns: readonly Column[];
  /** Columns inserted as something else than they are read: name to expression. */
  computed?: Readonly<Record<string, string>>;
  /** Settings of this plan beside those of every block, e.g. `input_format_avro_allow_missing_fields = 1`. */
  settings?: readonly string[];
}

export type Column = readonly [name: string, type: string];

export interface InsertBlock {
  partition: number;
  token: string;
  /** Epoch ms after which the statement refuses to run: so old a request can only be a zombie's. */
  deadline_at: number;
}

/**
 * Settings that decide how the engine cuts a body into blocks, and whatever else must be the same when a block is
 * repeated: cut differently, a repeated block would not be recognised. The sizes are far above the limits of a block,
 * so that each body is one block to the table and to every view, refused or taken as a whole.
 */
const blockSettings = [
  'deduplicate_blocks_in_dependent_materialized_views = 1',
  'async_insert = 0',
  'max_threads = 1',
  'max_insert_threads = 1',
  'parallel_view_processing = 0',
  'max_block_size = 1048576',
  'max_insert_block_size = 1048576',
  'min_insert_block_size_rows = 1048576',
  'min_insert_block_size_bytes = 268435456',
  'min_insert_block_size_rows_for_materialized_views = 1048576',
  'min_insert_block_size_bytes_for_materialized_views = 268435456',
  // A block may hold events of any months: the default refuses more than 100 partitions for ever.
  'max_partitions_per_insert_block = 0',
  'input_format_null_as_default = 1',
];

/** The statement that inserts one block; the body follows it, or is sent beside it. */
export function insertStatement(plan: InsertPlan, block: InsertBlock, registryUrl: string): string {
  const names = plan.columns.map(([name]) => name);
  const selected = names.map((name) => (plan.computed?.[name] ? `${plan.computed[name]} AS ${name}` : name));
  return [
    `INSERT INTO ${plan.landing} (${names.join(', ')}, kafka_partition)`,
    `SELECT ${selected.join(', ')}, ${block.partition} AS kafka_partition`,
    `FROM input(${quoted(structureOf(plan))})`,
    `WHERE throwIf(now64(3) > fromUnixTimestamp64Milli(${block.deadline_at}), 'the deadline of this insert is over') = 0`,
    settingsClause(plan, registryUrl, [`insert_deduplication_token = ${quoted(block.token)}`, ...blockSettings]),
    `FORMAT ${plan.format}`,
  ].join('\n');
}

/** Reads a body as `insertStatement` would and keeps nothing: fails just when its data is refused. */
export function trialStatement(plan: InsertPlan, registryUrl: string): string {
  const structure = quoted(structureOf(plan));
  return [
    `INSERT INTO FUNCTION null(${structure})`,
    `SELECT ${plan.columns.map(([name]) => name).join(', ')}`,
    `FROM input(${structure})`,
    settingsClause(plan, registryUrl, blockSettings),
    `FORMAT ${plan.format}`,
  ].join('\n');
}

export const quoted = (text: string): string => `'${text.replace(/[\\']/g, '\\$&')}'`;

const structureOf = ({ columns }: InsertPlan): string => columns.map(([name, type]) => `${name} ${type}`).join(', ');

const settingsClause = (plan: InsertPlan, registryUrl: string, settings: readonly string[]): string => {
  const registry = plan.format === 'Avro' ? [] : [`format_avro_schema_registry_url = ${quoted(registryUrl)}`];
  return `SETTINGS ${[...registry, ...settings, ...(plan.settings ?? [])].join(', ')}`;
};
