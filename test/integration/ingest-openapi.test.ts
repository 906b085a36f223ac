import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Gate } from '../../services/ingest/access/gate';
import { buildApp } from '../../services/ingest/app';
import { InFlight } from '../../services/ingest/in-flight';
import { createIngestMetrics } from '../../services/ingest/metrics';
import { ingestSettings } from '../../services/ingest/settings';
import { avroType } from '../../services/lib/avro';
import { readSettings } from '../../services/lib/settings';
import { hasPython, runSchemathesis } from './support/schemathesis';

/** The first run fetches schemathesis. */
jest.setTimeout(900_000);

let app: FastifyInstance;
const answered = new Map<string, number>();

beforeAll(async () => {
  const registry = new Registry();
  const inFlight = new InFlight(32_000_000);
  const avro = avroType('interaction-event.v1');
  app = buildApp({
    settings: readSettings(ingestSettings, {}),
    gate: new Gate({ rules: undefined, signatureWindowMs: 300_000 }),
    encode: (event) => avro.toBuffer(event),
    store: async () => undefined,
    notReady: () => [],
    now: Date.now,
    inFlight,
    metrics: {
      ...createIngestMetrics(registry, {
        inFlightBytes: () => inFlight.bytes,
        spoolBytes: () => 0,
      }),
      request: (route, status) =>
        void answered.set(`${route} ${status}`, (answered.get(`${route} ${status}`) ?? 0) + 1),
    },
    registry,
    log: pino({ level: 'silent' }),
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterAll(() => app?.close());

(hasPython ? test : test.skip)(
  'schemathesis (needs Python): no request that the API document allows, or nearly allows, is answered with 5xx or what it does not describe',
  async () => {
    const { port } = app.server.address() as AddressInfo;
    const { code, output } = await runSchemathesis([
      `http://127.0.0.1:${port}/openapi.json`,
      ...[
        '--checks',
        'not_a_server_error,status_code_conformance,content_type_conformance,response_schema_conformance',
      ],
      ...['--phases', 'examples,coverage,fuzzing', '--max-examples', process.env.SCHEMATHESIS_EXAMPLES ?? '30'],
      ...['--seed', '1', '--suppress-health-check', 'all', '--warnings', 'off', '--no-color'],
    ]);
    expect({ code, output: code === 0 ? '' : output.slice(-20_000) }).toEqual({ code: 0, output: '' });
    // It has really looked at both routes, and got further than their doors.
    expect([...answered.keys()]).toEqual(expect.arrayContaining(['/v1/events 202', '/v1/events 400']));
    expect(answered.get('/v1/sources/:source 400')).toBeGreaterThan(10);
  },
);
