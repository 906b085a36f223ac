import { appendFileSync, closeSync, fsyncSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Which letters were sent again, by identity, one a line: an interrupted replay goes on, a second one sends nothing twice. */
export class Ledger {
  private constructor(
    private readonly path: string,
    readonly sent: Set<string>,
  ) {}

  static open(folder: string): Ledger {
    mkdirSync(folder, { recursive: true });
    const path = join(folder, 'sent.txt');
    let text = '';
    try {
      text = readFileSync(path, 'utf8');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    }
    // A last line that a kill has cut off names no letter.
    return new Ledger(path, new Set(text.split('\n').slice(0, -1)));
  }

  add(identities: readonly string[]): void {
    if (identities.length === 0) return;
    appendFileSync(this.path, `${identities.join('\n')}\n`);
    const file = openSync(this.path, 'r');
    fsyncSync(file);
    closeSync(file);
    for (const identity of identities) this.sent.add(identity);
  }
}
