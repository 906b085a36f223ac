/** One request's worth of the file: its lines, and the highest event time of the file up to and including them. */
export interface Chunk {
  lines: string[];
  /** Number of the last line, from 1. */
  lastLine: number;
  /** Running maximum of occurred_at, epoch ms; undefined while no line has a readable time. */
  maxTime: number | undefined;
}

export interface ChunkLimits {
  maxLines: number;
  maxBytes: number;
  /** A chunk ends before the running maximum of event time rises by more than this within it. */
  maxSpanMs: number;
}

/** Time of an event line, read without judging the rest of it; undefined where there is none to read. */
export function eventTime(line: string): number | undefined {
  const match = /"occurred_at"\s*:\s*(?:"([^"]+)"|(\d+))/.exec(line);
  if (!match) return undefined;
  const time = match[1] === undefined ? Number(match[2]) : Date.parse(match[1]);
  return Number.isFinite(time) ? time : undefined;
}

/** Cuts lines into chunks, in order. Blank lines are passed over but counted. */
export async function* chunks(lines: AsyncIterable<string>, skip: number, limits: ChunkLimits): AsyncGenerator<Chunk> {
  let current: string[] = [];
  let bytes = 0;
  let number = 0;
  let maxTime: number | undefined;
  let spanStart: number | undefined;
  for await (const line of lines) {
    number += 1;
    const time = eventTime(line);
    const nextMax = time === undefined ? maxTime : Math.max(maxTime ?? time, time);
    const skipped = number <= skip || line.trim() === '';
    if (!skipped) {
      const tooWide = nextMax !== undefined && nextMax - (spanStart ?? nextMax) > limits.maxSpanMs;
      if (
        current.length > 0 &&
        (current.length >= limits.maxLines || bytes + line.length > limits.maxBytes || tooWide)
      ) {
        yield { lines: current, lastLine: number - 1, maxTime };
        current = [];
        bytes = 0;
        spanStart = maxTime;
      }
      current.push(line);
      bytes += line.length + 1;
    }
    maxTime = nextMax;
    spanStart ??= maxTime;
  }
  if (current.length > 0) yield { lines: current, lastLine: number, maxTime };
}

/**
 * Which chunks may be in flight together: at most so many, and at most so much event time from the oldest that is not
 * acknowledged on. Without the second bound an ingest killed in between, whose request is sent again behind later ones,
 * would make events late that are in time.
 */
export class FlightWindow {
  private readonly flying = new Map<Chunk, number | undefined>();
  private sentMax: number | undefined;
  private wake: (() => void) | undefined;

  constructor(
    private readonly maxRequests: number,
    private readonly maxSpanMs: number,
  ) {}

  /** Resolves when the chunk may be sent, and counts it as in flight. Chunks must ask in order, one at a time. */
  async admit(chunk: Chunk): Promise<void> {
    while (!this.admits(chunk)) {
      await new Promise<void>((resolve) => {
        this.wake = resolve;
      });
    }
    this.flying.set(chunk, this.sentMax);
    if (chunk.maxTime !== undefined) this.sentMax = Math.max(this.sentMax ?? chunk.maxTime, chunk.maxTime);
  }

  land(chunk: Chunk): void {
    this.flying.delete(chunk);
    this.wake?.();
  }

  /** Last line that is acknowledged together with all before it, given the last line ever admitted. */
  landedUpTo(lastAdmitted: number): number {
    const [oldest] = this.flying.keys();
    return oldest ? oldest.lastLine - oldest.lines.length : lastAdmitted;
  }

  private admits(chunk: Chunk): boolean {
    if (this.flying.size === 0) return true;
    if (this.flying.size >= this.maxRequests) return false;
    const [before] = this.flying.values();
    return before === undefined || chunk.maxTime === undefined || chunk.maxTime - before <= this.maxSpanMs;
  }
}
