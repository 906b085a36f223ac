import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Done, Work, WorkerSettings } from './worker';

/** Events live for a block: with room for some blocks the collector has a sixth less of all the work (default: 48). */
const resourceLimits = { maxYoungGenerationSizeMb: 192 };

/** Threads that work blocks off in turn. A thread that fails fails all that wait for it. */
export class Pool {
  private readonly waiting = new Map<number, { resolve(done: Done): void; reject(error: Error): void }>();
  private readonly workers: Worker[];
  private next = 0;
  private failure?: Error;

  constructor(
    readonly size: number,
    settings: WorkerSettings,
  ) {
    this.workers = Array.from({ length: size }, () => {
      const worker = new Worker(join(__dirname, 'worker.js'), { workerData: settings, resourceLimits });
      worker.on('message', (done: Done) => {
        this.waiting.get(done.id)?.resolve(done);
        this.waiting.delete(done.id);
      });
      worker.on('error', (error) => this.fail(error as Error));
      return worker;
    });
  }

  run(bodies: readonly Buffer[], receivedAt: number): Promise<Done> {
    if (this.failure) return Promise.reject(this.failure);
    const id = this.next++;
    // Copied: what is handed over must belong to nobody else.
    const own = bodies.map((body) => new Uint8Array(body));
    const work: Work = { id, bodies: own, receivedAt };
    this.workers[id % this.size].postMessage(
      work,
      own.map(({ buffer }) => buffer),
    );
    return new Promise((resolve, reject) => this.waiting.set(id, { resolve, reject }));
  }

  async stop(): Promise<void> {
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private fail(error: Error): void {
    this.failure = error;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
