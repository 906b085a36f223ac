import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Log } from '../../lib/log';
import { Recent } from '../domain/recent';
import { redact, redactionKinds } from '../domain/redaction/redact';
import type { TextReading } from '../domain/text-reading';
import type { ModelServerMetrics } from '../metrics';
import type { EmbeddedReadings, TextReadings, TextRequest } from '../texts';
import { CallFailed, type CallOptions, call } from './client';
import { Breaker, type Clock, PerMinute } from './limits';
import { type Labels, protocolOf, readingOf, type ServedText } from './protocol';
import type { ModelServerSettings } from './settings';

/** Why the embedded model read a text in the server's place. */
type FallBack = 'open' | 'budget' | 'deadline' | 'failed';

/** Texts that are one and the same to the server, and where in the batch they stand. */
interface Question {
  key: string;
  served: ServedText;
  places: number[];
}

const allKinds = new Set(redactionKinds);
const aliveEveryMs = 1_000;

/**
 * Texts read by a model server outside, the embedded model in its place whenever it cannot: no fault of the server's costs more than
 * the deadline of a batch, and a dead one nothing, until it is tried again. It gets redacted texts only, of every kind there
 * is. What it has answered is kept for texts that come again.
 */
export class ServedReadings implements TextReadings {
  /** Its deadline is of a whole batch. */
  readonly atOnce = Number.POSITIVE_INFINITY;
  private readonly options: CallOptions;
  private readonly cache: Recent<TextReading>;
  private readonly calls: PerMinute;
  private readonly chars: PerMinute;
  private readonly breaker: Breaker;
  private isLeftAlone = false;

  constructor(
    private readonly settings: ModelServerSettings,
    private readonly embedded: EmbeddedReadings,
    private readonly labels: Labels,
    private readonly metrics: ModelServerMetrics,
    log: Pick<Log, 'warn' | 'info'>,
    private readonly clock: Clock = () => performance.now(),
  ) {
    const { MODEL_SERVER_URL: url, MODEL_SERVER_KEY: key } = settings;
    this.options = { url, key, labels, protocol: protocolOf(settings.MODEL_SERVER_KIND, settings.MODEL_SERVER_MODEL) };
    this.cache = new Recent(settings.MODEL_SERVER_CACHE_TEXTS);
    this.calls = new PerMinute(settings.MODEL_SERVER_CALLS_PER_MINUTE, clock);
    this.chars = new PerMinute(settings.MODEL_SERVER_CHARS_PER_MINUTE, clock);
    this.breaker = new Breaker(settings.MODEL_SERVER_FAILURES, settings.MODEL_SERVER_PAUSE_MS, clock, (failures) => {
      metrics.failures.set(failures);
      const { MODEL_SERVER_FAILURES: most, MODEL_SERVER_PAUSE_MS: pause_ms } = settings;
      if (failures === most) log.warn({ pause_ms }, 'the model server fails: the embedded model reads');
      else if (failures === 0 && this.isLeftAlone) log.info('the model server answers again');
      this.isLeftAlone = failures >= most;
    });
  }

  async read(requests: readonly TextRequest[], alive: () => Promise<void>): Promise<TextReading[]> {
    const readings: (TextReading | undefined)[] = [];
    const questions = this.questions(requests, readings);
    const until = this.clock() + this.settings.MODEL_SERVER_DEADLINE_MS;
    const batches = this.batches(questions);
    const answer = async (): Promise<void> => {
      for (let batch = batches.shift(); batch; batch = batches.shift())
        await this.ask(batch, requests, readings, until);
    };
    const workers = Array.from({ length: Math.min(this.settings.MODEL_SERVER_CONCURRENCY, batches.length) }, answer);
    await whileWaiting(Promise.all(workers), alive);
    const places = requests.flatMap((_, place) => (readings[place] ? [] : [place]));
    const others = places.length > 0 ? await this.embedded.read(places.map((place) => requests[place])) : [];
    for (const [index, place] of places.entries()) readings[place] = others[index];
    return readings as TextReading[];
  }

  /** What has to be asked; what is known is filled in. */
  private questions(requests: readonly TextRequest[], readings: (TextReading | undefined)[]): Question[] {
    const questions = new Map<string, Question>();
    for (const [place, { text, language, names }] of requests.entries()) {
      // Redacted whole, then cut: no half of a number is left over. Half a pair of surrogates would be no JSON to many.
      const redacted = redact(text, allKinds, names())
        .text.slice(0, this.settings.MODEL_SERVER_TEXT_CHARS)
        .replace(/[\ud800-\udbff]$/, '');
      const key = hash('sha256', `${language ?? ''}\n${redacted}`, 'base64');
      const known = this.cache.get(key);
      const question = questions.get(key);
      if (known) {
        readings[place] = known;
        this.metrics.texts.inc({ result: 'cache' });
      } else if (question) question.places.push(place);
      else questions.set(key, { key, served: { text: redacted, language }, places: [place] });
    }
    return [...questions.values()];
  }

  private batches(questions: readonly Question[]): Question[][] {
    const { MODEL_SERVER_BATCH_TEXTS: size } = this.settings;
    return Array.from({ length: Math.ceil(questions.length / size) }, (_, index) =>
      questions.slice(index * size, (index + 1) * size),
    );
  }

  private async ask(
    batch: Question[],
    requests: readonly TextRequest[],
    readings: (TextReading | undefined)[],
    until: number,
  ): Promise<void> {
    const left = until - this.clock();
    const chars = batch.reduce((sum, { served }) => sum + served.text.length, 0);
    const why = this.refusal(chars, left);
    if (why) return this.fallBack(batch, why);
    const texts = batch.map(({ served }) => served);
    const end = this.metrics.latency.startTimer();
    try {
      const { MODEL_SERVER_TIMEOUT_MS: timeout, MODEL_SERVER_MODEL: model } = this.settings;
      const answers = await call(this.options, texts, Math.ceil(Math.min(timeout, left)));
      const given = answers.map((answer, index) =>
        readingOf(answer, this.labels, model, () => this.embedded.languageOf(requests[batch[index].places[0]])),
      );
      this.breaker.succeeded();
      this.metrics.requests.inc({ result: 'ok' });
      for (const [index, { key, places }] of batch.entries()) {
        this.cache.set(key, given[index]);
        for (const place of places) readings[place] = given[index];
        this.metrics.texts.inc({ result: 'server' }, places.length);
      }
    } catch (error) {
      // Cut short by the batch's deadline it says nothing about the server.
      const isLate =
        error instanceof CallFailed && error.fault === 'timeout' && left < this.settings.MODEL_SERVER_TIMEOUT_MS;
      if (isLate) this.breaker.leave();
      else this.breaker.failed();
      // Whatever it is, it must not stop the pipeline: an answer that nobody has thought of is one.
      const fault = error instanceof CallFailed ? error.fault : 'invalid';
      this.metrics.requests.inc({ result: fault });
      this.fallBack(batch, isLate ? 'deadline' : 'failed');
    } finally {
      end();
    }
  }

  /** Why no call is made, or undefined, the call being paid for. */
  private refusal(chars: number, leftMs: number): FallBack | undefined {
    if (leftMs <= 0) return 'deadline';
    if (!this.calls.has(1) || !this.chars.has(chars)) return 'budget';
    if (!this.breaker.enter()) return 'open';
    this.calls.spend(1);
    this.chars.spend(chars);
    return undefined;
  }

  private fallBack(batch: readonly Question[], reason: FallBack): void {
    this.metrics.fallBacks.inc(
      { reason },
      batch.reduce((sum, { places }) => sum + places.length, 0),
    );
  }
}

/** Awaits `work`, and calls `alive` meanwhile; what that throws ends the waiting. */
async function whileWaiting(work: Promise<unknown>, alive: () => Promise<void>): Promise<void> {
  let isDone = false;
  const done = work.finally(() => {
    isDone = true;
  });
  // Where `alive` ends the waiting, nobody awaits it any more.
  done.catch(() => undefined);
  while (!isDone) {
    const pause = new AbortController();
    await Promise.race([done, sleep(aliveEveryMs, undefined, { signal: pause.signal }).catch(() => undefined)]);
    pause.abort();
    if (!isDone) await alive();
  }
  await done;
}
