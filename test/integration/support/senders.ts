import { setTimeout as sleep } from 'node:timers/promises';

const eventsOfRequest = 10;
const everyMs = 50;

/** Senders who never pause: events, now and then the last ones once more, at every ingest there is. */
export class Senders<Place extends { url: string }> {
  /** Distinct events sent; they are numbered from 0 on. */
  sent = 0;
  /** Events sent once more. */
  repeats = 0;
  private going = false;
  private done = Promise.resolve();
  private last: object[] = [];

  /** `at`: where to send now, in turn. `repeatable`: what any of these places takes, since a repeat may come by another. */
  constructor(
    private readonly at: () => readonly Place[],
    private readonly event: (number: number, place: Place) => object,
    private readonly repeatable: (event: object) => boolean = () => true,
  ) {
    this.begin();
  }

  /** Goes on after an end. */
  begin(): void {
    this.going = true;
    this.done = this.send();
    // A failure of the test itself is what is to be told.
    this.done.catch(() => undefined);
  }

  /** The sum of the numbers of all events sent. */
  get numbers(): number {
    return (this.sent * (this.sent - 1)) / 2;
  }

  /** Throws what a request was refused with. */
  async end(): Promise<void> {
    this.going = false;
    await this.done;
  }

  private async send(): Promise<void> {
    for (let round = 0; this.going; round++, await sleep(everyMs)) {
      const all = this.at();
      const place = all[round % all.length];
      const events = Array.from({ length: eventsOfRequest }, () => this.event(this.sent++, place));
      const isRepeat = round % 7 === 6;
      await post(place.url, isRepeat ? [...events, ...this.last] : events);
      if (isRepeat) this.repeats += this.last.length;
      this.last = events.filter((event) => this.repeatable(event)).slice(0, 3);
    }
  }
}

async function post(url: string, events: object[]): Promise<void> {
  const response = await fetch(`${url}/v1/events`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(events),
  });
  if (response.status !== 202) throw new Error(`${response.status}: ${(await response.text()).slice(0, 500)}`);
}
