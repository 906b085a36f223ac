import { Registry } from 'prom-client';
import type { DeadLetter, LegRow, SessionChangeSet, SessionCommand, SessionRow } from '../../../schemas/types';
import { type AvroCodec, UndecodableValue } from '../../../services/lib/avro';
import { Erasures } from '../../../services/lib/erasures';
import type { Admin, KafkaMessage, Message } from '../../../services/lib/kafka/kafkajs';
import type { PartitionReader } from '../../../services/lib/kafka/partition-reader';
import type { Control } from '../../../services/lib/kafka/partition-task';
import type { TransactionalProducer } from '../../../services/lib/kafka/transactional-producer';
import { topics } from '../../../services/lib/topics';
import type { SessionInput, SessionizeDeps } from '../../../services/sessionize/deps';
import { Customer } from '../../../services/sessionize/domain/customer';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { sessionizeMetrics } from '../../../services/sessionize/metrics';
import { packingOf } from '../../../services/sessionize/packing';
import { SessionizeTask } from '../../../services/sessionize/sessionize';

/** Thrown in place of an effect, or after it: the process is gone. */
export class Crash extends Error {}

interface LogRecord {
  offset: number;
  message: Message;
}

/** Values are JSON here: what Avro does to them is tested elsewhere. */
const jsonCodec = <T>(): AvroCodec<T> =>
  ({
    encode: (value: T) => Buffer.from(JSON.stringify(value)),
    decode: (value: Buffer) => {
      try {
        return JSON.parse(value.toString()) as T;
      } catch (error) {
        throw new UndecodableValue((error as Error).message);
      }
    },
    prepare: async () => undefined,
  }) as unknown as AvroCodec<T>;

/**
 * One partition of sessionize's topics and its consumer group in memory. Only whole transactions are seen; every effect
 * is noted in order. `beforeEffect` and `afterEffect` may throw.
 */
export class World {
  readonly effects: string[] = [];
  readonly logs = new Map<string, LogRecord[]>([
    [topics.enriched, []],
    [topics.commands, []],
    [topics.sessions, []],
    [topics.deadLetter, []],
  ]);
  readonly committed = new Map<string, { offset: number; metadata: string }>();
  now = 0;
  /** Bumped when a producer with the partition's id is opened: older ones are fenced. */
  private epoch = 0;
  beforeEffect: (effect: string) => void = () => {};
  afterEffect: (effect: string) => void = () => {};
  readonly codecs = {
    enriched: jsonCodec<SessionInput>(),
    changeSet: jsonCodec<SessionChangeSet>(),
    command: jsonCodec<SessionCommand>(),
    deadLetter: jsonCodec<DeadLetter>(),
  };

  /** Of the sessions topic, where it begins for whoever restores: raised to the committed floor by `trim`. */
  private low = 0;

  /** As the topic tells them to whoever opens the partition. */
  readonly erasures = new Erasures('a key for tests only');

  constructor(private readonly given: Partial<SessionizeDeps> = {}) {}

  /** The next effect ends the process: before it happens, or once it has. */
  dieAtNext(when: 'beforeEffect' | 'afterEffect'): void {
    this[when] = () => {
      this[when] = () => {};
      throw new Crash();
    };
  }

  /** Nothing ends the process any more. */
  spare(): void {
    this.beforeEffect = () => {};
    this.afterEffect = () => {};
  }

  open(previous?: SessionizeTask): Promise<SessionizeTask> {
    return SessionizeTask.open(this.deps(), 0, this.control, previous);
  }

  append(topic: string, value: unknown, headers: Record<string, string> = {}, key: string | null = null): void {
    const log = this.log(topic);
    const bytes = value === null || Buffer.isBuffer(value) ? value : Buffer.from(JSON.stringify(value));
    log.push({ offset: this.end(topic), message: { key, value: bytes as Buffer | null, headers } });
  }

  /** A fetch of at most `count` records from the task's position on; false at the end of the log. */
  async feed(task: SessionizeTask, topic: string, count: number): Promise<boolean> {
    const position = task.position(topic);
    const fetched = this.log(topic)
      .filter(({ offset }) => offset >= position)
      .slice(0, count);
    const last = fetched.at(-1);
    if (!last) return false;
    const messages = fetched.map(asFetched);
    await task.handle({ topic, partition: 0, messages, nextOffset: last.offset + 1 }, this.control);
    return true;
  }

  /** Change sets as a reader of committed records gets them, with their offsets. */
  changeSets(): SessionChangeSet[] {
    return this.log(topics.sessions)
      .filter(({ message }) => message.value && message.headers?.kind === undefined)
      .map(({ message }) => this.codecs.changeSet.decode(message.value as Buffer));
  }

  /** The last progress record. */
  progress(): SessionChangeSet | undefined {
    const last = this.log(topics.sessions).findLast(({ message }) => message.headers?.kind === 'progress');
    return last && this.codecs.changeSet.decode(last.message.value as Buffer);
  }

  /** What retention may do at the worst: nothing is left below the floor that is committed. */
  trim(): void {
    const { metadata } = this.committed.get(topics.enriched) ?? {};
    if (!metadata) return;
    const { floor } = JSON.parse(metadata) as { floor: number };
    if (!Number.isInteger(floor)) throw new Error(`the floor committed is ${floor}`);
    this.low = Math.max(this.low, floor);
  }

  log(topic: string): LogRecord[] {
    return this.logs.get(topic) as LogRecord[];
  }

  readonly control: Control = {
    heartbeat: async () => {},
    assertCurrent: () => {},
    commit: async () => {},
  };

  private end(topic: string): number {
    return (this.log(topic).at(-1)?.offset ?? -1) + 1;
  }

  private perform(effect: string, change: () => void): void {
    this.beforeEffect(effect);
    change();
    this.effects.push(effect);
    this.afterEffect(effect);
  }

  private producer(): TransactionalProducer {
    this.epoch += 1;
    const own = this.epoch;
    return {
      commit: async (
        records: { topic: string; messages: Message[] }[],
        offsets: { topic: string; offset: number; metadata?: string }[],
      ) => {
        if (own !== this.epoch) throw new Error('INVALID_PRODUCER_EPOCH');
        const bases = new Map<string, number>();
        const written = records.flatMap(({ topic, messages }) =>
          messages.map((message) => `${topic} ${told(message)}`),
        );
        const effect = [...written, ...offsets.map(({ topic, offset }) => `${topic}@${offset}`)].join(', ');
        this.perform(effect, () => {
          for (const { topic, messages } of records) {
            bases.set(`${topic}/0`, this.end(topic));
            for (const message of messages) this.log(topic).push({ offset: this.end(topic), message });
          }
          // A control record ends each transaction: offsets have gaps.
          const sessions = this.log(topics.sessions);
          if (sessions.length > 0) sessions.push({ offset: this.end(topics.sessions), message: controlRecord });
          for (const { topic, offset, metadata = '' } of offsets) this.committed.set(topic, { offset, metadata });
        });
        return bases;
      },
      close: async () => undefined,
    } as unknown as TransactionalProducer;
  }

  private deps(): SessionizeDeps {
    const fetchOffsets = async ({ topics: [topic] }: { topics: string[] }) => {
      const found = this.committed.get(topic);
      return [
        { topic, partitions: [{ partition: 0, offset: String(found?.offset ?? -1), metadata: found?.metadata }] },
      ];
    };
    const fetchTopicOffsets = async (topic: string) => {
      const low = String(topic === topics.sessions ? this.low : 0);
      return [{ partition: 0, offset: '0', high: '0', low }];
    };
    const read = async (topic: string, _partition: number, from: number, visit: (message: KafkaMessage) => boolean) => {
      if (from < this.low) throw new Error(`${from} is no longer there`);
      for (const record of this.log(topic)) {
        if (record.offset < from || record.message === controlRecord) continue;
        if (!visit(asFetched(record))) return record.offset + 1;
      }
      throw new Error('the marker is not there');
    };
    return {
      client: {
        admin: { fetchOffsets, fetchTopicOffsets } as unknown as Admin,
        reader: { read } as unknown as PartitionReader,
        partitionsOf: async () => 1,
      },
      groupId: 'g',
      openProducer: async () => this.producer(),
      codecs: this.codecs,
      rules: defaultRules,
      packing: packingOf(this.codecs.changeSet, defaultRules, () => new Customer(defaultRules)),
      now: () => this.now,
      revisionEveryMs: 0,
      hotCustomers: 1_000,
      customerMaxEvents: 1_000_000,
      snapshotAfterRecords: 1_000_000,
      snapshotMaxBytes: 1_000_000,
      acceptLost: false,
      erasureLog: { refresh: async () => undefined, erasures: this.erasures },
      metrics: sessionizeMetrics(new Registry()),
      problems: { tell: () => undefined },
      ...this.given,
    };
  }
}

const controlRecord: Message = { key: null, value: null, headers: { kind: 'control' } };

const asFetched = ({ offset, message }: LogRecord): KafkaMessage => ({
  offset: String(offset),
  timestamp: '0',
  key: message.key === null ? null : Buffer.from(String(message.key)),
  value: message.value as Buffer | null,
  headers: Object.fromEntries(
    Object.entries(message.headers ?? {}).map(([name, value]) => [name, Buffer.from(String(value))]),
  ),
  attributes: 0,
});

/** A record in a few words: its kind, or the customer with the signs of the session rows. */
function told({ key, value, headers }: Message): string {
  if (headers?.kind) return String(headers.kind);
  const set = JSON.parse(String(value)) as Partial<SessionChangeSet> & Partial<DeadLetter>;
  if (set.reason) return set.reason;
  const rows = set.sessions?.map(({ sign, session_id, version }) => `${sign > 0 ? '+' : '-'}${session_id}/${version}`);
  return `${key}#${set.change_seq}[${rows?.join(' ')}]`;
}

/** Rows that stand by the change sets so far; throws when one is taken back that does not stand. */
export function standingRows(sets: readonly SessionChangeSet[]) {
  const sessions = new Map<string, SessionRow & { customer_id: string }>();
  const legs = new Map<string, LegRow>();
  const versions = new Set<string>();
  for (const { customer_id, sessions: sessionRows, legs: legRows } of sets) {
    for (const row of [...sessionRows].sort((a, b) => a.sign - b.sign)) {
      apply(sessions, `${customer_id} ${row.session_id}`, { ...row, customer_id }, versions);
    }
    for (const row of [...legRows].sort((a, b) => a.sign - b.sign)) {
      apply(legs, `${customer_id} leg ${row.leg_id}`, row, versions);
    }
  }
  return { sessions: [...sessions.values()], legs: [...legs.values()] };
}

function apply<Row extends { sign: number; version: number }>(
  standing: Map<string, Row>,
  key: string,
  row: Row,
  versions: Set<string>,
): void {
  const { sign, ...rest } = row;
  if (sign > 0) {
    if (standing.has(key)) throw new Error(`${key} stands twice`);
    if (versions.has(`${key} ${row.version}`)) throw new Error(`${key} has version ${row.version} twice`);
    versions.add(`${key} ${row.version}`);
    standing.set(key, row);
    return;
  }
  const { sign: _, ...before } = standing.get(key) ?? ({} as Row);
  if (JSON.stringify(before) !== JSON.stringify(rest)) throw new Error(`${key} is taken back and does not stand so`);
  standing.delete(key);
}
