import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Blocks of one partition that a part holds: MergeTree names a part partition_min_max_level[_mutation]. */
interface PartRange {
  partition: string;
  min: number;
  max: number;
}

export interface RepairedLog {
  /** The log with the bad lines gone; equal to the given text when nothing was wrong. */
  text: string;
  /** The lines that were dropped. */
  dropped: string[];
}

// The partition is all up to the first underscore; greedier, a mutated part (a fourth number) is read one number off.
const partName = /^([^_]+)_(\d+)_(\d+)_\d+(?:_\d+)?$/;
const added = '1';
const removed = '2';

/**
 * Mends the deduplication logs of one table, given and answered by file name: drops a last line that was cut short, and
 * every "added" line whose part is not there.
 *
 * Why: the engine writes a block's token to the log BEFORE it renames tmp_insert_… to the part. Killed in between, it
 * knows the token but has lost the rows, and would drop the repeat of the block as a duplicate.
 *
 * A line is kept when a part there covers its block range (the part was merged away or mutated), and when a line of any
 * of the logs says that the part was removed on purpose: the engine forgets that token by itself.
 */
export function repairLogs(logs: ReadonlyMap<string, string>, parts: readonly PartRange[]): Map<string, RepairedLog> {
  const lines = [...logs.values()].flatMap((text) => text.split('\n')).map(fields);
  const removedParts = new Set(lines.filter(({ action }) => action === removed).map(({ part }) => part));
  const isGood = (line: string) => {
    const { action, part } = fields(line);
    const range = action === added && !removedParts.has(part) ? partRange(part) : undefined;
    return range === undefined || parts.some((there) => covers(there, range));
  };
  return new Map(
    [...logs].map(([name, text]) => {
      const whole = text.split('\n');
      const cutShort = whole.pop() ?? '';
      const kept = whole.filter(isGood);
      const dropped = [...whole.filter((line) => !isGood(line)), ...(cutShort === '' ? [] : [cutShort])];
      return [name, { text: kept.map((line) => `${line}\n`).join(''), dropped }];
    }),
  );
}

/**
 * The block range in a part's folder name; undefined for other names. Temporary folders (tmp_insert_…, tmp_merge_…,
 * delete_tmp_…) are no parts: the engine deletes them at start. Nor are those in detached/, which no query reads; they
 * are one folder deeper and not listed here.
 */
export function partRange(name: string): PartRange | undefined {
  const match = partName.exec(name);
  return match === null ? undefined : { partition: match[1]!, min: Number(match[2]), max: Number(match[3]) };
}

/**
 * Repairs the deduplication logs of every table in a data directory; the engine must not have it open. Answers the
 * dropped lines by log file. A log is replaced by a rename, so a kill in here leaves it as it was or repaired.
 */
export function repairDataDir(dataDir: string): Map<string, string[]> {
  const repaired = new Map<string, string[]>();
  for (const table of tableFolders(join(dataDir, 'store'))) {
    const logs = join(table, 'deduplication_logs');
    if (!existsSync(logs)) continue;
    const parts = readdirSync(table)
      .map(partRange)
      .filter((range) => range !== undefined);
    const names = readdirSync(logs).filter((name) => name.endsWith('.txt'));
    const texts = new Map(names.map((name) => [name, readFileSync(join(logs, name), 'latin1')]));
    for (const [name, { text, dropped }] of repairLogs(texts, parts)) {
      if (dropped.length === 0) continue;
      // Not beside the log: the engine reads every file there.
      const draft = join(table, `repaired_${name}`);
      writeFileSync(draft, text, { encoding: 'latin1', flush: true });
      renameSync(draft, join(logs, name));
      repaired.set(join(logs, name), dropped);
    }
  }
  return repaired;
}

/** store/abc/abc…uuid of every table. */
function tableFolders(store: string): string[] {
  if (!existsSync(store)) return [];
  return folders(store).flatMap(folders);
}

function folders(path: string): string[] {
  return readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => join(path, entry.name));
}

function fields(line: string): { action: string; part: string } {
  const [action = '', part = ''] = line.split('\t');
  return { action, part };
}

function covers(there: PartRange, range: PartRange): boolean {
  return there.partition === range.partition && there.min <= range.min && there.max >= range.max;
}
