/** A line on standard error that is written over on a terminal, and every few seconds elsewhere. */
export class ProgressLine {
  private lastAt = 0;
  private readonly everyMs = process.stderr.isTTY ? 200 : 5_000;

  show(text: string, force = false): void {
    const now = Date.now();
    if (!force && now - this.lastAt < this.everyMs) return;
    this.lastAt = now;
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}` : `${text}\n`);
  }

  /** Ends the line, so that what follows does not write over it. */
  end(text: string): void {
    process.stderr.write(process.stderr.isTTY ? `\r\u001b[K${text}\n` : `${text}\n`);
  }
}

export const count = (value: number): string => value.toLocaleString('en-US');

export const seconds = (ms: number): string => `${(ms / 1_000).toFixed(1)} s`;

/** `1 row`, `2 rows`. */
export const counted = (value: number, noun: string): string => `${count(value)} ${noun}${value === 1 ? '' : 's'}`;
