import { Readable } from 'node:stream';
import { afterEach } from '@jest/globals';
import type { FastifyInstance, InjectOptions } from 'fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Gate } from '../../../services/ingest/access/gate';
import { buildApp, type IngestDeps } from '../../../services/ingest/app';
import { InFlight } from '../../../services/ingest/in-flight';
import { createIngestMetrics } from '../../../services/ingest/metrics';
import { avroType } from '../../../services/lib/avro';
import type { OutgoingRecord } from '../../../services/lib/kafka/batching-producer';
import { receivedAt, smallSettings } from './fixtures';

const avro = avroType('interaction-event.v1');
const apps: FastifyInstance[] = [];

afterEach(async () => {
  await Promise.all(apps.splice(0).map((app) => app.close()));
});

/** The app on a sink that remembers what it stored, with small limits. */
export function start(change: Partial<IngestDeps> = {}) {
  const stored: OutgoingRecord[][] = [];
  const lines: string[] = [];
  const registry = new Registry();
  const inFlight = new InFlight(4_000);
  const app = buildApp({
    settings: smallSettings,
    gate: new Gate({ rules: undefined, signatureWindowMs: 300_000 }),
    encode: (event) => avro.toBuffer(event),
    store: async (records) => void stored.push([...records]),
    notReady: () => [],
    now: () => receivedAt,
    inFlight,
    metrics: createIngestMetrics(registry, {
      inFlightBytes: () => inFlight.bytes,
      spoolBytes: () => 0,
    }),
    registry,
    log: pino({ level: 'trace' }, { write: (line: string) => void lines.push(line) }),
    ...change,
  });
  apps.push(app);
  const post = (payload: unknown, headers: Record<string, string> = {}, url = '/v1/events') =>
    app.inject({
      method: 'POST',
      url,
      headers: { 'content-type': 'application/json', ...headers },
      payload: (typeof payload === 'string' || payload instanceof Readable
        ? payload
        : JSON.stringify(payload)) as InjectOptions['payload'],
    });
  return { app, stored, lines, registry, inFlight, post };
}
