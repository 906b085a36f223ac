import { fault } from './errors';

/** Statements that write and queries that read queue apart, so that a long write holds up no reader. */
export type Lane = 'write' | 'read';

export interface PoolOptions {
  /** How many statements run at once, by lane. */
  places: Record<Lane, number>;
  /** How many may wait, over both lanes. */
  queueLimit: number;
  queueWaitMs: number;
}

/** A place in the pool: `number` tells it from the others of its lane. Give it back exactly once. */
export interface Place {
  number: number;
  giveBack(): void;
}

interface Waiting {
  lane: Lane;
  take(number: number): void;
}

/**
 * Bounds how many statements run at once. Each gets a connection of its own, made when it has a place and closed after
 * it: settings, USE and `readonly` (which nothing can undo) end with the request. First come, first served, by lane.
 */
export class Pool {
  private readonly free: Record<Lane, number[]>;
  private queue: Waiting[] = [];

  constructor(private readonly options: PoolOptions) {
    this.free = { write: numbers(options.places.write), read: numbers(options.places.read) };
  }

  /** Rejects with error 202 when too many wait or this one has waited too long, and with the signal's reason. */
  async take(lane: Lane, signal: AbortSignal): Promise<Place> {
    signal.throwIfAborted();
    const number = this.free[lane].shift();
    if (number !== undefined) return this.place(lane, number);
    if (this.queue.length >= this.options.queueLimit) throw this.tooMany(lane, `${this.queue.length} more wait`);
    return this.wait(lane, signal);
  }

  /** Resolves when every place is free, or after `withinMs` with false. */
  async whenIdle(withinMs: number): Promise<boolean> {
    const deadline = Date.now() + withinMs;
    while (this.running() > 0) {
      if (Date.now() >= deadline) return false;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    return true;
  }

  running(): number {
    const { places } = this.options;
    return places.write - this.free.write.length + places.read - this.free.read.length;
  }

  private wait(lane: Lane, signal: AbortSignal): Promise<Place> {
    return new Promise((resolve, reject) => {
      const settle = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', onAbort);
        this.queue = this.queue.filter((other) => other !== waiting);
      };
      const waiting: Waiting = {
        lane,
        take: (number) => {
          settle();
          resolve(this.place(lane, number));
        },
      };
      const onAbort = () => {
        settle();
        reject(signal.reason);
      };
      const timer = setTimeout(() => {
        settle();
        reject(this.tooMany(lane, `none became free in ${this.options.queueWaitMs / 1000} s`));
      }, this.options.queueWaitMs);
      signal.addEventListener('abort', onAbort, { once: true });
      this.queue.push(waiting);
    });
  }

  private place(lane: Lane, number: number): Place {
    return {
      number,
      giveBack: () => {
        const next = this.queue.find((waiting) => waiting.lane === lane);
        if (next === undefined) this.free[lane].push(number);
        else next.take(number);
      },
    };
  }

  private tooMany(lane: Lane, why: string): Error {
    const running = this.options.places[lane];
    return fault(
      'TOO_MANY_SIMULTANEOUS_QUERIES',
      `Too many simultaneous queries. Maximum: ${running} that ${lane} at once; ${why}`,
    );
  }
}

const numbers = (count: number): number[] => Array.from({ length: count }, (_, number) => number);
