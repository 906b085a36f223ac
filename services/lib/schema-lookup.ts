import { setTimeout as sleep } from 'node:timers/promises';

/** Name and password of a URL go into a header: clients would ask for a host of that whole name, or refuse it. */
export function registryAddress(registryUrl: string): { host: string; auth?: { username: string; password: string } } {
  const url = new URL(registryUrl);
  if (url.username === '') return { host: registryUrl };
  const auth = { username: decodeURIComponent(url.username), password: decodeURIComponent(url.password) };
  url.username = '';
  url.password = '';
  return { host: url.href.replace(/\/$/, ''), auth };
}

/** How long a registry must be seen to be whole before what it denies is believed: it reads its journal in far less. */
const settlesWithinMs = 1_000;
/** After so long without a question it may have been started anew. */
const sightLastsMs = 10_000;
const schemaNotFound = 40403;
const answersWithinMs = 10_000;

/**
 * Schemas by their ids in Confluent's framing.
 *
 * A registry that starts may deny ids that it has given: one with its journal in Kafka answers "no such schema" until it
 * has read that (seen for some hundred milliseconds). Believed, it would send good records to the dead letters. So an id
 * counts as unknown only when the registry knows one that is surely there, for a second, and still denies the other.
 */
export class SchemaLookup {
  private readonly url: string;
  private readonly headers: Record<string, string>;
  /** Since when the registry is whole, and when that was last seen; ms. */
  private whole?: { since: number; seen: number };

  /** `sure`: an id that the registry has given. The highest that it has shown takes its place: ids grow. */
  constructor(
    registryUrl: string,
    private sure: number,
    private readonly settleMs = settlesWithinMs,
  ) {
    const { host, auth } = registryAddress(registryUrl);
    this.url = host;
    this.headers = auth
      ? { authorization: `Basic ${Buffer.from(`${auth.username}:${auth.password}`).toString('base64')}` }
      : {};
  }

  /** The schema, JSON; undefined when there is none of that id. Rejects when the registry does not answer or is not whole. */
  async textOf(id: number): Promise<string | undefined> {
    const text = await this.asked(id);
    if (text !== undefined) {
      this.sure = Math.max(this.sure, id);
      return text;
    }
    await this.seenWhole();
    return this.asked(id);
  }

  private async seenWhole(): Promise<void> {
    if ((await this.asked(this.sure)) === undefined) {
      this.whole = undefined;
      throw new Error(`the schema registry lacks schema ${this.sure}, which it had: it is starting, or is another`);
    }
    const now = Date.now();
    const since = this.whole && now - this.whole.seen < sightLastsMs ? this.whole.since : now;
    this.whole = { since, seen: now };
    await sleep(Math.max(0, since + this.settleMs - now));
  }

  private async asked(id: number): Promise<string | undefined> {
    const { status, body } = await this.get(`${this.url}/schemas/ids/${id}`).catch((error) => {
      this.whole = undefined;
      throw error;
    });
    const said = parsed(body);
    if (status === 200 && typeof said?.schema === 'string') return said.schema;
    // Any other 404 is of an address where no registry is.
    if (status === 404 && said?.error_code === schemaNotFound) return undefined;
    this.whole = undefined;
    throw new Error(`the schema registry answered ${status} for schema ${id}`);
  }

  private async get(url: string): Promise<{ status: number; body: string }> {
    const response = await fetch(url, { headers: this.headers, signal: AbortSignal.timeout(answersWithinMs) });
    return { status: response.status, body: await response.text() };
  }
}

function parsed(body: string): { schema?: unknown; error_code?: unknown } | undefined {
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
