import { setTimeout as sleep } from 'node:timers/promises';
import type { StackAddresses } from '../../../infra/local/stack';
import { createKafka } from '../../../services/lib/kafka/client';
import type { Admin, Kafka } from '../../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import { createLog } from '../../../services/lib/log';
import { topics } from '../../../services/lib/topics';
import { metricSum } from '../../support/metric-sum';
import { ServiceProcess, until } from './service-process';

/** The least that a broker grants unless it is told otherwise (group.min.session.timeout.ms). */
export const sessionTimeoutMs = 6_000;
const groupId = 'sessionize';
const patienceMs = 60_000;

/** Instances of sessionize as processes of one group, by name, and what the group has committed. */
export class SessionizeFleet {
  private readonly members = new Map<string, ServiceProcess>();
  private readonly ports = new Map<string, number>();
  private closed = false;

  private constructor(
    private readonly addresses: StackAddresses,
    readonly kafka: Kafka,
    readonly admin: Admin,
    readonly reader: PartitionReader,
  ) {}

  static async connect(addresses: StackAddresses): Promise<SessionizeFleet> {
    const kafka = createKafka({ KAFKA_BROKERS: addresses.kafkaBrokers }, 'test', createLog('test', 'silent'));
    const admin = kafka.admin();
    await admin.connect();
    return new SessionizeFleet(addresses, kafka, admin, await PartitionReader.connect(kafka));
  }

  get names(): string[] {
    return [...this.members.keys()];
  }

  /** Starts an instance and resolves when it lives; whether it has partitions, `worked` tells. */
  async start(name: string): Promise<void> {
    if (this.members.has(name)) throw new Error(`sessionize ${name} runs already`);
    const { kafkaBrokers, schemaRegistryUrl, host, ports } = this.addresses;
    const port = this.ports.get(name) ?? ports.sessionize + 10 * this.ports.size;
    this.ports.set(name, port);
    const service = await ServiceProcess.start('sessionize', {
      KAFKA_BROKERS: kafkaBrokers,
      SCHEMA_REGISTRY_URL: schemaRegistryUrl,
      HOST: host,
      PORT: String(port),
      SESSIONIZE_GROUP_ID: groupId,
      KAFKA_SESSION_TIMEOUT_MS: String(sessionTimeoutMs),
      KAFKA_REBALANCE_TIMEOUT_MS: String(sessionTimeoutMs),
      // No linger: many small transactions. A fetch that waits for long is answered while an instance is frozen: what it
      // finds when it wakes are records that are no longer its own.
      FETCH_MIN_BYTES: '1',
      FETCH_MAX_WAIT_MS: '1000',
    });
    this.members.set(name, service);
    if (this.closed) await this.kill(name);
  }

  /** Enriched events that an instance has taken since it was started, by its own metrics. */
  async worked(name: string): Promise<number> {
    return metricSum(await this.member(name).metrics(), 'sessionize_events_total');
  }

  /** Waits until an instance takes events that it had not taken when this was called. */
  async untilWorks(name: string): Promise<void> {
    let before: number | undefined;
    await this.until(`${name} to work`, async () => {
      const now = await this.worked(name);
      before ??= now;
      return now > before;
    });
  }

  /**
   * Lets an instance fall behind for a moment: what is done to it next meets it in the middle of work. One that keeps up
   * mostly waits, and then nothing can happen to it.
   */
  async overload(name: string): Promise<void> {
    this.freeze(name);
    await sleep(1_500);
    this.wake(name);
    await sleep(30);
  }

  async kill(name: string): Promise<void> {
    const member = this.member(name);
    this.members.delete(name);
    member.kill('SIGKILL');
    await member.ended;
  }

  freeze(name: string): void {
    this.member(name).kill('SIGSTOP');
  }

  wake(name: string): void {
    this.member(name).kill('SIGCONT');
  }

  /** SIGTERM; answers how it ended and what it logged. */
  async stop(name: string): Promise<{ code: number | null; seconds: number; log: string }> {
    const member = this.member(name);
    const begun = Date.now();
    member.kill('SIGTERM');
    const { code } = await member.ended;
    this.members.delete(name);
    return { code, seconds: (Date.now() - begun) / 1_000, log: member.log };
  }

  /** Next offset of the input that the group has committed, by partition. */
  async committed(): Promise<Map<number, number>> {
    const [{ partitions }] = await this.admin.fetchOffsets({ groupId, topics: [topics.enriched] });
    return new Map(partitions.map(({ partition, offset }) => [partition, Math.max(0, Number(offset))]));
  }

  /** Records (markers of transactions included) that are written and that the group has not committed. */
  async unread(ends: ReadonlyMap<number, number>): Promise<number> {
    const committed = await this.committed();
    return [...ends].reduce((sum, [partition, end]) => sum + Math.max(0, end - (committed.get(partition) ?? 0)), 0);
  }

  /** Waits until all input is committed, for as long as there is progress. */
  async untilRead(ends: ReadonlyMap<number, number>): Promise<void> {
    for (let left = await this.unread(ends); left > 0; ) {
      const before = left;
      await this.until(`the last ${left} records to be committed`, async () => {
        left = await this.unread(ends);
        return left < before;
      });
    }
  }

  /** Waits until every partition is committed beyond where it was: somebody works on each. */
  async untilAllAdvance(): Promise<void> {
    const before = await this.committed();
    await this.until('every partition to go on', async () => {
      const now = await this.committed();
      return [...before].every(([partition, offset]) => (now.get(partition) ?? 0) > offset);
    });
  }

  /** As `until`, with what the instances said last when it never holds. */
  async until(what: string, holds: () => Promise<boolean>): Promise<void> {
    try {
      await until(what, patienceMs, holds);
    } catch (error) {
      const logs = [...this.members].map(([name, { log }]) => `${name}:\n${log.split('\n').slice(-15).join('\n')}`);
      throw new Error([String(error), ...logs].join('\n'));
    }
  }

  /** Ends all instances at once, frozen ones too, and disconnects. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all(this.names.map((name) => this.kill(name)));
    await Promise.all([this.admin.disconnect(), this.reader.disconnect()]);
  }

  private member(name: string): ServiceProcess {
    const member = this.members.get(name);
    if (!member) throw new Error(`there is no sessionize ${name}`);
    return member;
  }
}
