import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { type ClickHouseClient, ClickHouseLogLevel, createClient } from '@clickhouse/client';
import type { PartName, Stack } from '../../../infra/local/stack';
import { FlakyProxy } from '../../support/flaky-proxy';
import type { Truth } from './load-input';
import { ServiceProcess, until } from './service-process';

/** The least that a broker grants unless it is told otherwise (group.min.session.timeout.ms). */
export const loadSessionTimeoutMs = 6_000;

/** ClickHouse can reach no registry: an instance with these settings sends containers. */
export const containersOnly = {
  CLICKHOUSE_READS_REGISTRY: 'false',
  CLICKHOUSE_SCHEMA_REGISTRY_URL: 'http://127.0.0.1:9',
};

/** Instances of load as processes of one group, by name, with a proxy between them and ClickHouse. */
export class LoadFleet {
  readonly members = new Map<string, ServiceProcess>();
  private readonly ports = new Map<string, number>();
  readonly clickhouse: ClickHouseClient;

  private constructor(
    private readonly stack: Stack,
    readonly proxy: FlakyProxy,
    private readonly envOf: (name: string) => Record<string, string>,
    readonly database: string,
  ) {
    this.clickhouse = createClient({
      url: stack.addresses.clickhouseUrl,
      database,
      log: { level: ClickHouseLogLevel.OFF },
      clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
    });
  }

  static async connect(
    stack: Stack,
    envOf: (name: string) => Record<string, string> = () => ({}),
    database = 'customer_dynamics',
  ): Promise<LoadFleet> {
    return new LoadFleet(stack, await FlakyProxy.start(stack.addresses.clickhouseUrl), envOf, database);
  }

  /** Starts an instance and resolves when it lives. */
  async start(name: string, env: Record<string, string> = {}): Promise<ServiceProcess> {
    const { kafkaBrokers, schemaRegistryUrl, ports } = this.stack.addresses;
    const port = this.ports.get(name) ?? ports.load + 10 * this.ports.size;
    this.ports.set(name, port);
    const service = await ServiceProcess.start('load', {
      KAFKA_BROKERS: kafkaBrokers,
      SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      CLICKHOUSE_SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      CLICKHOUSE_URL: this.proxy.url,
      CLICKHOUSE_DATABASE: this.database,
      KAFKA_SESSION_TIMEOUT_MS: String(loadSessionTimeoutMs),
      KAFKA_REBALANCE_TIMEOUT_MS: String(loadSessionTimeoutMs),
      // Small blocks: more of them for something to happen to.
      FETCH_MAX_WAIT_MS: '100',
      FETCH_MAX_WAIT_SESSIONS_MS: '100',
      FETCH_MAX_PARTITION_BYTES: '50000',
      // What followed contacts is written when its hour comes: whoever compares two databases would compare clocks.
      FOLLOW_UPS_EVERY_MS: '0',
      PORT: String(port),
      ...this.envOf(name),
      ...env,
    });
    this.members.set(name, service);
    return service;
  }

  member(name: string): ServiceProcess {
    const member = this.members.get(name);
    if (!member) throw new Error(`there is no load ${name}`);
    return member;
  }

  async kill(name: string): Promise<void> {
    const member = this.member(name);
    this.members.delete(name);
    member.kill('SIGKILL');
    await member.ended;
  }

  /** SIGTERM; throws when it does not end well. */
  async stop(name: string): Promise<void> {
    const member = this.member(name);
    member.kill('SIGTERM');
    const { code } = await member.ended;
    this.members.delete(name);
    if (code !== 0) throw new Error(`load ${name} ended with ${code}:\n${member.log}`);
  }

  /** Stopped by SIGSTOP for so long: longer than a session, another has taken over when it wakes. */
  async freeze(name: string, forMs: number): Promise<void> {
    const member = this.member(name);
    member.kill('SIGSTOP');
    await sleep(forMs);
    member.kill('SIGCONT');
  }

  /** The same for a part of the stack. */
  async freezePart(name: PartName, forMs: number): Promise<void> {
    const pid = Number(/\d+/.exec(readFileSync(join(this.stack.dir, `${name}.pid`), 'utf8'))?.[0]);
    process.kill(pid, 'SIGSTOP');
    try {
      await sleep(forMs);
    } finally {
      process.kill(pid, 'SIGCONT');
    }
  }

  async rows<T>(query: string): Promise<T[]> {
    return (await this.clickhouse.query({ query, format: 'JSONEachRow' })).json<T>();
  }

  /** Next offset to be loaded by `topic/partition`, as pipeline_status says. */
  async loadedOffsets(): Promise<Map<string, number>> {
    const status = await this.rows<{ place: string; loaded_offset: number }>(
      "SELECT concat(topic, '/', toString(partition)) AS place, loaded_offset FROM pipeline_status",
    );
    return new Map(status.map(({ place, loaded_offset }) => [place, loaded_offset]));
  }

  /** Waits until all that was written is in the tables, what load itself has refused included. */
  async untilLoaded(truth: Truth, withinMs: number): Promise<void> {
    await this.until('everything to be loaded', withinMs, async () => {
      const loaded = await this.loadedOffsets();
      return [...truth.ends].every(([place, end]) => (loaded.get(place) ?? 0) >= end);
    });
    await this.until('the dead letters to be loaded', 20_000, async () => {
      const [{ count }] = await this.rows<{ count: number }>(
        "SELECT count() AS count FROM dead_letters WHERE step = 'load'",
      );
      return count >= truth.unreadable;
    });
  }

  /** As `until`, with what the instances said last when it never holds. */
  async until(...[what, withinMs, holds]: Parameters<typeof until>): Promise<void> {
    try {
      await until(what, withinMs, holds);
    } catch (error) {
      const logs = [...this.members].map(([name, { log }]) => `${name}:\n${log.split('\n').slice(-20).join('\n')}`);
      throw new Error([String(error), ...logs].join('\n'));
    }
  }

  /** Ends all instances at once, frozen ones too. */
  async close(): Promise<void> {
    await Promise.all([...this.members.keys()].map((name) => this.kill(name)));
    this.proxy.close();
    await this.clickhouse.close();
  }
}
