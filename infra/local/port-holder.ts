import { readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { createServer } from 'node:net';
import { StackFault, systemErrorCode } from './faults';
import { commandLine, environmentVariable } from './processes';

/** Set in every process a stack starts, so that another stack can say whose port it is. */
export const stackDirVariable = 'STACK_OF';
export const stackPartVariable = 'STACK_PART';

export interface PortHolder {
  pid: number;
  command: string;
  /** Set when the holder is a part of a local stack. */
  stack?: { dir: string; part: string };
}

/** True when a server could listen on the port now. */
export function isPortFree(host: string, port: number): Promise<boolean> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => (systemErrorCode(error) === 'EADDRINUSE' ? resolve(false) : reject(error)));
    server.listen({ host, port, exclusive: true }, () => server.close(() => resolve(true)));
  });
}

/** Throws StackFault naming the port, the part that wants it, who has it as far as can be seen, and what to do. */
export async function requireFreePort(host: string, port: number, part: string): Promise<void> {
  let free: boolean;
  try {
    free = await isPortFree(host, port);
  } catch (error) {
    throw new StackFault(`Port ${port} (${part}) cannot be opened on ${host}: ${systemErrorCode(error)}.`);
  }
  if (!free) throw new StackFault(takenPortSentence(port, part, findPortHolder(port)));
}

export function takenPortSentence(port: number, part: string, holder: PortHolder | undefined): string {
  const taken = `Port ${port}, which ${part} needs, is taken by`;
  if (holder === undefined) {
    return `${taken} a process that cannot be seen from here: end it, or choose other ports with STACK_PORT_OFFSET.`;
  }
  if (holder.stack) {
    const { dir, part: otherPart } = holder.stack;
    return (
      `${taken} ${otherPart} of the stack in ${dir} (process ${holder.pid}): stop that stack with ` +
      `\`make down STACK_DIR=${dir}\`, or choose other ports with STACK_PORT_OFFSET.`
    );
  }
  const command = holder.command.length > 80 ? `${holder.command.slice(0, 79)}…` : holder.command;
  return `${taken} process ${holder.pid} (${command}): end it, or choose other ports with STACK_PORT_OFFSET.`;
}

/** Who has a local port, read from /proc; undefined where that cannot be seen (another user's process, macOS). */
export function findPortHolder(port: number): PortHolder | undefined {
  const inodes = new Set(['tcp', 'tcp6'].flatMap((table) => socketInodes(readText(`/proc/net/${table}`), port)));
  if (inodes.size === 0) return undefined;
  for (const entry of readNames('/proc')) {
    if (!/^\d+$/.test(entry) || !ownsSocket(entry, inodes)) continue;
    const pid = Number(entry);
    const dir = environmentVariable(pid, stackDirVariable);
    const part = environmentVariable(pid, stackPartVariable);
    return { pid, command: commandLine(pid) ?? '', ...(dir && part ? { stack: { dir, part } } : {}) };
  }
  return undefined;
}

/**
 * The inodes of the sockets with this local port in the text of /proc/net/tcp. Listening sockets where there are any;
 * else others too: an outgoing connection may have been given the port, and then nobody can listen on it either.
 */
export function socketInodes(table: string, port: number): string[] {
  const rows = table
    .split('\n')
    .map((line) => line.trim().split(/\s+/))
    .filter(([, local = '']) => Number.parseInt(local.split(':')[1] ?? '', 16) === port);
  const listening = rows.filter((fields) => fields[3] === '0A');
  return (listening.length > 0 ? listening : rows).map((fields) => fields[9] ?? '').filter((inode) => inode > '0');
}

function ownsSocket(pid: string, inodes: Set<string>): boolean {
  return readNames(`/proc/${pid}/fd`).some((descriptor) => {
    try {
      const inode = /^socket:\[(\d+)\]$/.exec(readlinkSync(`/proc/${pid}/fd/${descriptor}`))?.[1];
      return inode !== undefined && inodes.has(inode);
    } catch {
      return false;
    }
  });
}

function readNames(directory: string): string[] {
  try {
    return readdirSync(directory);
  } catch {
    return [];
  }
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}
