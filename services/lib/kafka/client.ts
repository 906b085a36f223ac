import type { Log } from '../log';
import type { KafkaSecurity } from '../settings';
import type { KafkaConfig, LogEntry } from './kafkajs';
import { Kafka, logLevel } from './kafkajs';
import { securityOf } from './security';

export interface KafkaSettings extends KafkaSecurity {
  KAFKA_BROKERS: string;
}

/** Said by kafkajs at level ERROR though each is retried by design: a line for each would drown the others. */
const expected =
  /CONCURRENT_TRANSACTIONS|concurrent operation on the same transaction|still in progress|REBALANCE|rebalance|not aware of this member|UNKNOWN_MEMBER/;

/** How long a client waits and tries; a service that answers requests waits less than one that consumes. */
export type KafkaPatience = Pick<KafkaConfig, 'connectionTimeout' | 'requestTimeout' | 'retry'>;

/** A kafkajs client that logs through ours. `initialRetryTime` is low: at kafkajs' 300 ms a transaction takes 250 ms. */
export function createKafka(settings: KafkaSettings, clientId: string, log: Log, patience: KafkaPatience = {}): Kafka {
  const isNews = oncePerMinute(Date.now);
  return new Kafka({
    clientId,
    brokers: settings.KAFKA_BROKERS.split(',').map((broker) => broker.trim()),
    ...securityOf(settings),
    connectionTimeout: 3_000,
    requestTimeout: 30_000,
    retry: { initialRetryTime: 10, multiplier: 1.5, maxRetryTime: 500, retries: 30 },
    ...patience,
    logLevel: logLevel.WARN,
    logCreator:
      () =>
      ({ level, namespace, log: entry }: LogEntry) => {
        const { message, error, groupId, broker, retryCount } = entry as LogEntry['log'] & Record<string, unknown>;
        const detail = { namespace, error: String(error ?? ''), groupId, broker, retryCount };
        const text = `${message} ${error}`;
        // While a broker is away kafkajs says the same forty times a second.
        if (level === logLevel.ERROR && !expected.test(text) && isNews(text)) log.warn(detail, `kafkajs: ${message}`);
        else log.debug(detail, `kafkajs: ${message}`);
      },
  });
}

const quietForMs = 60_000;
const mostTexts = 1_000;

/** Answers whether a text was not asked about for a minute. */
export function oncePerMinute(now: () => number): (text: string) => boolean {
  const told = new Map<string, number>();
  return (text) => {
    const at = now();
    if (at - (told.get(text) ?? Number.NEGATIVE_INFINITY) < quietForMs) return false;
    if (told.size >= mostTexts) told.clear();
    told.set(text, at);
    return true;
  };
}
