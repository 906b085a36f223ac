import { createDelivery, type Item } from '../../../tracker/delivery';

type Answer = { status: number; retryAfterSeconds?: number } | 'no network';

/** A tab without a browser: its clock is moved by hand, and ingest answers as it is told. */
export class FakeTab {
  now = 1_000_000_000_000;
  /** What the next requests are answered, one after the other; then 202. */
  readonly answers: Answer[] = [];
  readonly posted: Item[][] = [];
  /** Of `posted`, what ingest has taken. */
  readonly taken: Item[][] = [];
  readonly beacons: Item[][] = [];
  readonly warnings: number[] = [];
  aborted = 0;
  beaconTakes = true;
  /** Undefined: the browser keeps nothing. */
  kept: string | undefined = '[]';
  chance = 1;
  /** While true, requests stay unanswered until `settle`. */
  holding = false;
  private readonly held: (() => void)[] = [];
  private timers: { at: number; run: () => void }[] = [];

  open() {
    return createDelivery({
      now: () => this.now,
      random: () => this.chance,
      later: (ms, run) => {
        const timer = { at: this.now + ms, run };
        this.timers.push(timer);
        return () => {
          this.timers = this.timers.filter((it) => it !== timer);
        };
      },
      post: async (body) => {
        this.posted.push(JSON.parse(body));
        const answer = this.answers.shift() ?? { status: 202 };
        if (this.holding) await new Promise<void>((resolve) => this.held.push(resolve));
        if (answer === 'no network') throw new TypeError('Failed to fetch');
        if (answer.status === 202) this.taken.push(JSON.parse(body));
        return { retryAfterSeconds: 0, ...answer };
      },
      beacon: (body) => {
        if (this.beaconTakes) this.beacons.push(JSON.parse(body));
        return this.beaconTakes;
      },
      abort: () => void this.aborted++,
      save: (items) => {
        if (this.kept !== undefined) this.kept = JSON.stringify(items);
      },
      load: () => (this.kept === undefined ? undefined : JSON.parse(this.kept)),
      warn: (status) => void this.warnings.push(status),
    });
  }

  /** Lets `ms` pass; timers run at their time, answers arrive at once. */
  async pass(ms: number): Promise<void> {
    const until = this.now + ms;
    for (;;) {
      await settled();
      const next = this.timers.sort((a, b) => a.at - b.at)[0];
      if (!next || next.at > until) break;
      this.timers.shift();
      this.now = next.at;
      next.run();
    }
    this.now = until;
  }

  /** Answers the first `count` of the requests that are held, or all and holds none any more. */
  async settle(count = Number.POSITIVE_INFINITY): Promise<void> {
    if (count >= this.held.length) this.holding = false;
    for (const resolve of this.held.splice(0, count)) resolve();
    await settled();
  }

  /** The browser ends the page: no timer of it runs any more. */
  end(): void {
    this.timers = [];
  }

  get keptIds(): string[] {
    return JSON.parse(this.kept ?? '[]').map(({ id }: Item) => id);
  }
}

const settled = async (): Promise<void> => {
  for (let turn = 0; turn < 10; turn++) await Promise.resolve();
};

export const ids = (batches: readonly Item[][]): string[][] => batches.map((batch) => batch.map(({ id }) => id));

/** `e<from>` to `e<to>`. */
export const names = (from: number, to: number): string[] =>
  Array.from({ length: to - from + 1 }, (_, index) => `e${from + index}`);
