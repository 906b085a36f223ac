/** One fact on its way, as it goes over the wire (docs/sources/web-tracker.md). */
export interface Item {
  id: string;
  /** Epoch milliseconds by the browser's clock. */
  at: number;
  /** Events that the full queue, or their age, made the tracker give up before this one. */
  lost?: number;
  [field: string]: unknown;
}

/** What the delivery needs of a browser. */
export interface Ports {
  now(): number;
  /** From 0 to 1. */
  random(): number;
  /** Runs once after `ms`; the answer cancels it. */
  later(ms: number, run: () => void): () => void;
  /** Status of the answer, and how long it asks to wait. Rejects where there is none. */
  post(body: string): Promise<{ status: number; retryAfterSeconds: number }>;
  /** Hands a body to the browser, to be sent whatever becomes of the page. False when it will not take it. */
  beacon(body: string): boolean;
  /** Breaks off what `post` has under way. */
  abort(): void;
  /** Keeps what is not delivered for the next page of the tab. */
  save(items: readonly Item[]): void;
  /** What was kept; undefined where nothing can be kept. */
  load(): Item[] | undefined;
  /** Tells a developer of an answer that no retry can mend. */
  warn(status: number): void;
}

export const limits = {
  /** Events of one request: about 20 kB at worst, and browsers let 64 KiB outlive a page. */
  batch: 10,
  /** Events waiting; beyond it the oldest are given up, and counted. */
  queue: 100,
  gatherMs: 2_000,
  firstRetryMs: 1_000,
  longestRetryMs: 60_000,
  longestRetryAfterMs: 300_000,
  oldestMs: 86_400_000,
} as const;

/**
 * Events from the page to ingest: in batches, in order, with the same ids on every try.
 *
 * At least once while the page, or another page of the tab, is open; repeats are dropped by their ids. What leaves with the
 * page goes once: nobody hears whether it arrived. When the last try failed it is kept for the tab's next page as well.
 */
export function createDelivery(ports: Ports) {
  let waiting: Item[] = [];
  let underWay: Item[] = [];
  let failures = 0;
  let lost = 0;
  /** Of the consent: an answer to what was sent under an earlier one changes nothing. */
  let round = 0;
  /** Handed to the browser on leaving since the last answer; once is enough. */
  let told = new WeakSet<Item>();
  let cancel: (() => void) | undefined;

  const keep = (): void => ports.save(underWay.concat(waiting));
  const rest = (): void => {
    cancel?.();
    cancel = undefined;
  };
  const plan = (ms: number): void => {
    rest();
    cancel = ports.later(ms, send);
  };

  function giveUp(item: Item): void {
    lost += 1 + (item.lost || 0);
  }

  function bound(): void {
    const now = ports.now();
    waiting = waiting.filter((item) => item.at > now - limits.oldestMs || giveUp(item));
    while (waiting.length > limits.queue) giveUp(waiting.shift() as Item);
  }

  async function send(): Promise<void> {
    rest();
    if (underWay.length) return;
    bound();
    underWay = waiting.splice(0, limits.batch);
    if (!underWay.length) return;
    const asked = round;
    const { status, retryAfterSeconds } = await ports
      .post(JSON.stringify(underWay))
      .catch(() => ({ status: 0, retryAfterSeconds: 0 }));
    if (asked !== round) return;
    const again = !status || status === 408 || status === 429 || status >= 500;
    if (again) waiting = underWay.concat(waiting);
    else if (status !== 202) ports.warn(status);
    failures = again ? failures + 1 : 0;
    told = new WeakSet();
    underWay = [];
    bound();
    keep();
    if (waiting.length) plan(again ? pauseMs(retryAfterSeconds) : 0);
  }

  /** Doubles from try to try; half of it is chance, so that browsers that failed together do not come back together. */
  function pauseMs(retryAfterSeconds: number): number {
    const most = Math.min(limits.longestRetryMs, limits.firstRetryMs * 2 ** (failures - 1));
    const asked = Math.min(limits.longestRetryAfterMs, retryAfterSeconds * 1_000);
    return Math.max(asked, most * (0.5 + ports.random() / 2));
  }

  return {
    add(item: Item): void {
      if (lost) item.lost = lost;
      lost = 0;
      waiting.push(item);
      bound();
      keep();
      if (underWay.length) return;
      if (!failures && waiting.length >= limits.batch) void send();
      else if (!cancel) plan(limits.gatherMs);
    },

    /** What an earlier page of the tab has left, or this one when it comes back from the browser's page cache. */
    resume(): void {
      const kept = ports.load() ?? waiting;
      waiting = kept.filter(({ id }) => !underWay.some((item) => item.id === id));
      if (waiting.length && !underWay.length) plan(0);
    },

    /** The network is back: no use in waiting on. */
    hurry(): void {
      void send();
    },

    /** The page may never run again. */
    leave(): void {
      bound();
      const isWell = !failures;
      const news = waiting.filter((item) => !told.has(item));
      while (news.length) {
        const batch = news.splice(0, limits.batch);
        if (!ports.beacon(JSON.stringify(batch))) break;
        for (const item of batch) told.add(item);
      }
      if (isWell) waiting = waiting.filter((item) => !told.has(item));
      // A request under way outlives the page too, and is taken to arrive if the last one did.
      ports.save(isWell ? waiting : underWay.concat(waiting));
      if (!waiting.length) rest();
    },

    /** Consent is withdrawn: forgets everything, and lets nothing of it go out any more. */
    drop(): void {
      round++;
      rest();
      waiting = [];
      underWay = [];
      failures = lost = 0;
      ports.abort();
    },
  };
}
