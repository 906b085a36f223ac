import { setTimeout as sleep } from 'node:timers/promises';
import { Counter, Gauge, type Registry } from 'prom-client';
import type { OutgoingRecord } from '../lib/kafka/batching-producer';
import type { Log } from '../lib/log';
import { canaryKind, kindHeader, sentAtHeader } from '../lib/topics';

/** A canary that could not be sent is tried again soon: it stands for "now", not for a minute that is over. */
const retryAfterMs = 5_000;

export interface CanaryOptions {
  everyMs: number;
  /** How many partitions the raw topic has; asked until it is known. */
  partitions(): Promise<number>;
  /** Straight to Kafka: one that waited on a disk would tell of the disk. */
  send(records: readonly OutgoingRecord[]): Promise<void>;
  now(): number;
  registry: Registry;
  log: Log;
}

/**
 * Sends a canary through every raw partition, at the start and every `everyMs`. It is a record without content, marked by
 * a header: enrich and sessionize pass it on, load tells when it is visible, and none takes it for data, so it is in no
 * figure and moves no event time. Answers how to stop.
 */
export function startCanaries({ everyMs, partitions, send, now, registry, log }: CanaryOptions): () => void {
  const registers = [registry];
  const sent = new Counter({
    name: 'ingest_canaries_total',
    help: 'Canaries by what became of them here: sent (Kafka has acknowledged it in every partition) or failed',
    labelNames: ['result'],
    registers,
  });
  new Gauge({
    name: 'ingest_canary_interval_seconds',
    help: 'Time between two canaries; 0: none are sent',
    registers,
  }).set(everyMs / 1_000);
  if (everyMs === 0) return () => undefined;
  const stop = new AbortController();
  let count: number | undefined;
  let failing = false;
  const beat = async (): Promise<boolean> => {
    try {
      count ??= await partitions();
      await send(canaries(count, now()));
      failing = false;
    } catch (error) {
      if (!failing) log.warn({ error: (error as Error).message }, 'the canary could not be sent');
      failing = true;
    }
    sent.inc({ result: failing ? 'failed' : 'sent' });
    return !failing;
  };
  void (async () => {
    while (!stop.signal.aborted) {
      const wait = (await beat()) ? everyMs : Math.min(everyMs, retryAfterMs);
      await sleep(wait, undefined, { signal: stop.signal }).catch(() => undefined);
    }
  })();
  return () => stop.abort();
}

/** One a partition, all of one moment. */
export const canaries = (partitions: number, sentAt: number): OutgoingRecord[] =>
  Array.from({ length: partitions }, (_, partition) => ({
    key: canaryKind,
    value: Buffer.alloc(0),
    partition,
    headers: { [kindHeader]: canaryKind, [sentAtHeader]: String(sentAt) },
  }));
