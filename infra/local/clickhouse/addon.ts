import { dirname, join } from 'node:path';

/** A connection of the addon: opaque. */
export type NativeConnection = object;

/** The functions of chdb's native addon that the engine is driven by. */
export interface ChdbAddon {
  CreateConnection(dataDir: string, engineArguments: string[]): NativeConnection;
  CloseConnection(connection: NativeConnection): void;
  QueryAsyncConnection(connection: NativeConnection, sql: string, format: string): Promise<NativeResult>;
  InsertRawAsyncConnection(
    connection: NativeConnection,
    sql: string,
    data: Buffer,
    countLines: boolean,
  ): Promise<NativeInsertResult>;
}

/** `rowsRead` and `bytesRead` are those of the result, whatever they are called. */
export interface NativeResult {
  bytes: Uint8Array;
  rowsRead: number;
  bytesRead: number;
  elapsed: number;
}

export interface NativeInsertResult {
  rowsWritten: number;
  bytesWritten: number;
  elapsed: number;
}

const functions = ['CreateConnection', 'CloseConnection', 'QueryAsyncConnection', 'InsertRawAsyncConnection'] as const;

/**
 * Loads chdb's native addon. Why not its Session: Session.close() puts off the end of a connection until everything that
 * runs anywhere in the process has ended, and keeps a list of all that for each, so that a connection a request (some
 * 50 a second) behind one long query grows memory with the square of their number; and Session says nothing of the rows
 * that an INSERT wrote. The version of chdb is pinned; a later one may need this file changed, and says so here.
 */
export function loadAddon(): ChdbAddon {
  const loader: unknown = require(join(dirname(require.resolve('chdb')), 'dist', 'loader.js'));
  const addon = hasFunction(loader, 'loadNative') ? loader.loadNative() : undefined;
  if (!isAddon(addon)) throw new Error(`chdb's addon lacks one of ${functions.join(', ')}: see addon.ts`);
  return addon;
}

function isAddon(value: unknown): value is ChdbAddon {
  return functions.every((name) => hasFunction(value, name));
}

function hasFunction<N extends string>(value: unknown, name: N): value is Record<N, () => unknown> {
  return typeof value === 'object' && value !== null && typeof Reflect.get(value, name) === 'function';
}
