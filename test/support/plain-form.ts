/** A statement in the form for a cluster, as it would be without one but for the names of each shard's part. */
export const withoutReplication = (sql: string): string =>
  sql
    .replace(/ ON CLUSTER `\w+`/g, '')
    .replace(/Replicated(\w*MergeTree)\('[^']*', '[^']*'(?:, ([^\n]*))?\)/g, (_, engine, args) =>
      args === undefined ? engine : `${engine}(${args})`,
    )
    .replace(
      /replicated_deduplication_window = (\d+), replicated_deduplication_window_seconds = \d+/g,
      (_, window) => `non_replicated_deduplication_window = ${window}`,
    );

/** The statement of the migration that it was made of. */
export const plainForm = (sql: string): string =>
  withoutReplication(sql)
    .replace(/\b(\w+)_local AS \1\b/g, '$1')
    .replace(/(\w)_local\b/g, '$1');
