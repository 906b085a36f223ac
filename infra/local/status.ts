import type { PartName, StackAddresses } from './addresses';
import type { Part } from './part';
import { readPidState } from './pid-files';
import { residentBytes } from './processes';

export interface PartStatus {
  part: PartName;
  /** `not ready`: the process runs but does not do its work (yet). `died`: it ended without being stopped. */
  state: 'ready' | 'not ready' | 'died' | 'stopped';
  address: string;
  pid?: number;
  rssBytes?: number;
  uptimeSeconds?: number;
}

export async function partStatus(stackDir: string, part: Part, addresses: StackAddresses): Promise<PartStatus> {
  const found = readPidState(stackDir, part.name);
  const address = part.address(addresses);
  if (found.state === 'stopped') return { part: part.name, state: 'stopped', address };
  const { pid, startedAt } = found.record;
  if (found.state === 'died') return { part: part.name, state: 'died', address, pid };
  const ready = await part.isReady(addresses);
  const rssBytes = residentBytes(pid);
  return {
    part: part.name,
    state: ready ? 'ready' : 'not ready',
    address,
    pid,
    uptimeSeconds: (Date.now() - startedAt.getTime()) / 1000,
    ...(rssBytes === undefined ? {} : { rssBytes }),
  };
}

/** The table of `make status`. */
export function formatStatus(statuses: readonly PartStatus[]): string {
  const rows = statuses.map(({ part, pid, state, address, rssBytes, uptimeSeconds }) => [
    part,
    pid === undefined ? '-' : String(pid),
    state,
    rssBytes === undefined ? '-' : (rssBytes / 1e6).toFixed(0),
    uptimeSeconds === undefined ? '-' : formatUptime(uptimeSeconds),
    address,
  ]);
  const table = [['part', 'pid', 'state', 'RSS MB', 'uptime', 'address'], ...rows];
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  const rightAligned = new Set([1, 3, 4]);
  const pad = (cell: string, column: number) =>
    rightAligned.has(column) ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0);
  return table.map((row) => row.map(pad).join('  ').trimEnd()).join('\n');
}

/** "47 s", "12 min", "3 h 05 min", "2 d 4 h". */
export function formatUptime(seconds: number): string {
  const minutes = Math.floor(seconds / 60);
  const hours = Math.floor(minutes / 60);
  if (minutes < 1) return `${Math.floor(seconds)} s`;
  if (hours < 1) return `${minutes} min`;
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, '0')} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}
