const families: readonly [type: string, matches: RegExp][] = [
  ['text/csv; charset=UTF-8; header=present', /^CSVWithNames/],
  ['text/csv; charset=UTF-8; header=absent', /^CSV$/],
  ['text/tab-separated-values; charset=UTF-8', /^(TabSeparated|TSV)/],
  ['application/x-ndjson; charset=UTF-8', /^(JSON.*EachRow|NDJSON|JSONLines)/],
  ['application/json; charset=UTF-8', /^JSON/],
  ['application/xml; charset=UTF-8', /^XML$/],
  ['text/markdown; charset=UTF-8', /^Markdown$/],
  [
    'application/octet-stream',
    /^(Native|RowBinary|Parquet|Arrow|ORC|Avro|MsgPack|Protobuf|CapnProto|BSON|Npy|RawBLOB|Buffers)/,
  ],
];

/** The Content-Type of an answer in one of ClickHouse's formats. */
export function contentType(format: string): string {
  return families.find(([, matches]) => matches.test(format))?.[0] ?? 'text/plain; charset=UTF-8';
}
