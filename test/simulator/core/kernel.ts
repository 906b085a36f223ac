/** A process gives the kernel a way to wake it and stops until something calls it. */
export type Suspend = (resume: (value: unknown) => void) => void;

/** What happens to somebody over time, written top to bottom; `yield*` waits for a part of it. */
export type Process<T = void> = Generator<Suspend, T, unknown>;

interface Entry {
  time: number;
  order: number;
  action: () => void;
}

/**
 * Discrete-event clock: a heap of what happens next. Things due at the same millisecond happen in the order in which
 * they were scheduled, which makes a run a function of its seed alone. Times are milliseconds since the epoch (UTC).
 */
export class Kernel {
  private readonly heap: Entry[] = [];
  private scheduled = 0;

  constructor(public now: number) {}

  /** Does `action` at `time`, or now if that is past. */
  at(time: number, action: () => void): void {
    const entry = { time: Math.max(this.now, Math.round(time)), order: this.scheduled++, action };
    let i = this.heap.push(entry) - 1;
    while (i > 0) {
      const parent = (i - 1) >> 1;
      if (!before(entry, this.heap[parent]!)) break;
      this.heap[i] = this.heap[parent]!;
      i = parent;
    }
    this.heap[i] = entry;
  }

  /** Starts a process at `time`; `done` gets what it returns. */
  spawn<T>(process: Process<T>, time = this.now, done?: (value: T) => void): void {
    const step = (value: unknown): void => {
      const result = process.next(value);
      if (result.done) done?.(result.value);
      else result.value(step);
    };
    this.at(time, () => step(undefined));
  }

  /** Lets `ms` pass. */
  *sleep(ms: number): Process {
    const until = this.now + ms;
    yield (resume) => this.at(until, () => resume(undefined));
  }

  /** Runs until nothing is due before `end` (excluded); what would happen later never does. */
  run(end: number): void {
    for (let entry = this.pop(); entry && entry.time < end; entry = this.pop()) {
      this.now = entry.time;
      entry.action();
    }
  }

  private pop(): Entry | undefined {
    const top = this.heap[0];
    const last = this.heap.pop();
    if (!top || !last || this.heap.length === 0) return top;
    let i = 0;
    for (;;) {
      let child = 2 * i + 1;
      if (child >= this.heap.length) break;
      if (child + 1 < this.heap.length && before(this.heap[child + 1]!, this.heap[child]!)) child++;
      if (!before(this.heap[child]!, last)) break;
      this.heap[i] = this.heap[child]!;
      i = child;
    }
    this.heap[i] = last;
    return top;
  }
}

function before(a: Entry, b: Entry): boolean {
  return a.time < b.time || (a.time === b.time && a.order < b.order);
}
