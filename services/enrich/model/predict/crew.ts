import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** Batches that a process may have in hand: enough that it never waits for the next, and memory stays flat. */
const inHand = 4;

interface Batch {
  left: number;
  lines: string[];
}

/**
 * Several processes of the same program, each with `--alone`, that answer batches of lines in turn; answers come in the
 * order of the lines. Rejects when a process ends before it has answered.
 */
export class Crew {
  private readonly members: { process: ChildProcessWithoutNullStreams; batches: Batch[] }[];
  private readonly inOrder: Batch[] = [];
  private turn = 0;
  private wake: () => void = () => undefined;
  private fault: Error | undefined;

  constructor(
    size: number,
    args: readonly string[],
    private readonly say: (text: string) => Promise<unknown> | null,
  ) {
    this.members = Array.from({ length: size }, () => {
      const process_ = spawn(process.execPath, [...process.execArgv, ...args, '--alone'], { stdio: 'pipe' });
      const member = { process: process_, batches: [] as Batch[] };
      process_.stderr.pipe(process.stderr);
      process_.stdin.on('error', () => undefined);
      createInterface({ input: process_.stdout }).on('line', (line) => {
        const batch = member.batches[0]!;
        batch.lines.push(line);
        batch.left -= 1;
        if (batch.left > 0) return;
        member.batches.shift();
        this.wake();
      });
      process_.on('exit', (code) => {
        if (code !== 0 || member.batches.length > 0) this.fault ??= new Error(`a reader ended with ${code}`);
        this.wake();
      });
      return member;
    });
  }

  /** Resolves when there is room for more. */
  async take(lines: readonly string[]): Promise<void> {
    const member = this.members[this.turn++ % this.members.length]!;
    const batch: Batch = { left: lines.length, lines: [] };
    this.inOrder.push(batch);
    member.batches.push(batch);
    member.process.stdin.write(`${lines.join('\n')}\n`);
    while (this.inOrder.length >= inHand * this.members.length) await this.tell();
  }

  /** Resolves when every line is answered. */
  async end(): Promise<void> {
    // First, since whoever waits for the rest of a batch answers what it has only then.
    for (const { process: member } of this.members) member.stdin.end();
    while (this.inOrder.length > 0) await this.tell();
  }

  /** Says the oldest batch, once it is answered. */
  private async tell(): Promise<void> {
    const oldest = this.inOrder[0]!;
    while (oldest.left > 0) {
      if (this.fault) throw this.fault;
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.inOrder.shift();
    await this.say(`${oldest.lines.join('\n')}\n`);
  }
}
