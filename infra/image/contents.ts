/** What the container image holds of this repository, and where each command of it begins. */

/** One image, a command each: `docker run IMAGE ingest`. A further service is found by its folder and needs no line here. */
export const commands: Readonly<Record<string, string>> = {
  topics: 'infra/kafka/main.js',
  schemas: 'infra/registry/main.js',
  migrate: 'infra/clickhouse/main.js',
  'ingest-key': 'infra/tools/ingest-key/main.js',
  replay: 'infra/tools/replay/main.js',
  'dead-letters': 'infra/tools/dead-letters/main.js',
  'replay-dead-letters': 'infra/tools/dead-letters/replay-main.js',
  resessionize: 'infra/tools/resessionize/main.js',
  rebuild: 'infra/tools/rebuild/main.js',
  erase: 'infra/tools/erase/main.js',
  vcon: 'infra/tools/vcon/main.js',
  backup: 'infra/tools/backup/main.js',
  restore: 'infra/tools/restore/main.js',
};

/** Compiled folders that go in; what they import from elsewhere comes along. */
export const folders = ['services', 'schemas', 'infra/image', ...foldersOf(Object.values(commands))];

/** Read at run time, beside the compiled code. */
export const files = ['infra/clickhouse/migrations', 'package.json', 'LICENSE'];

/** In the folders above, but made for a developer's machine: they need tools that the image lacks. */
export const leftOut = ['schemas/generate.js', 'infra/image/assemble.js', 'infra/image/main.js'];

function foldersOf(scripts: readonly string[]): string[] {
  return [...new Set(scripts.map((script) => script.slice(0, script.lastIndexOf('/'))))];
}
