import { execFileSync } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { projectRoot } from '../../integration/support/build';

/** Whether there is a C compiler: without one the shim cannot be had. */
export function hasCompiler(): boolean {
  try {
    execFileSync('cc', ['--version'], { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

/** Kills the process it is loaded into at a file operation of choice (see kill-at-file-operation.c), from outside. */
export class KillShim {
  private readonly library: string;
  private readonly control: string;
  private readonly log: string;

  /** Compiles the shim into a folder. */
  constructor(
    folder: string,
    private readonly below: string,
  ) {
    [this.library, this.control, this.log] = ['shim.so', 'control', 'operations'].map((name) => join(folder, name));
    const source = join(projectRoot, 'test/support/engine-kills/kill-at-file-operation.c');
    execFileSync('cc', ['-O1', '-shared', '-fPIC', '-o', this.library, source, '-ldl'], { stdio: 'inherit' });
    this.set(0, 0, 0, 0);
  }

  /** Environment of the process to be killed. */
  get env(): Record<string, string> {
    return {
      LD_PRELOAD: this.library,
      KILL_BELOW: this.below,
      KILL_CONTROL: this.control,
      KILL_LOG: this.log,
    };
  }

  /** From now on operations count, or only renames of parts; the process dies at the given one (0: never). */
  arm(operation: number, onlyPartRenames = false): void {
    // Emptied, not removed: the process has it open.
    writeFileSync(this.log, '');
    this.set(1, operation, 0, onlyPartRenames ? 1 : 0);
  }

  /** Stops counting; answers how many operations there were. */
  disarm(): number {
    const count = existsSync(this.control) ? readFileSync(this.control).readUInt32LE(8) : 0;
    this.set(0, 0, count, 0);
    return count;
  }

  /** What was counted, in order: `name path`; parts without their block numbers, which no two inserts share. */
  operations(): string[] {
    if (!existsSync(this.log)) return [];
    const lines = readFileSync(this.log, 'utf8').split('\n').filter(Boolean);
    return lines.map((line) => line.replace(/^\d+ /, '').replace(/(tmp_insert_[^_]+)_[\d_]+/, '$1'));
  }

  /** In place: the file is mapped by the process. */
  private set(...numbers: [armed: number, operation: number, count: number, onlyPartRenames: number]): void {
    const bytes = Buffer.alloc(16);
    for (const [index, number] of numbers.entries()) bytes.writeUInt32LE(number, 4 * index);
    if (!existsSync(this.control)) writeFileSync(this.control, bytes);
    const file = openSync(this.control, 'r+');
    writeSync(file, bytes, 0, 16, 0);
    closeSync(file);
  }
}
