import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { request } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type Server } from 'node:tls';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { FastifyInstance } from 'fastify';
import pino from 'pino';
import { Registry } from 'prom-client';
import { Gate } from '../../services/ingest/access/gate';
import { buildApp } from '../../services/ingest/app';
import { InFlight } from '../../services/ingest/in-flight';
import { createIngestMetrics } from '../../services/ingest/metrics';
import { type IngestSettings, ingestSettings } from '../../services/ingest/settings';
import { followCertificate, tlsCertificates, tlsOptions } from '../../services/ingest/tls';
import { avroType } from '../../services/lib/avro';
import { certificateEnds } from '../../services/lib/certificates';
import { readSettings } from '../../services/lib/settings';
import { Certificates, hasOpenssl } from '../support/certificates';
import { projectRoot } from './support/build';
import { ServiceProcess, until } from './support/service-process';
import { workerPortOffset } from './support/stack';

jest.setTimeout(180_000);

const folder = mkdtempSync(join(tmpdir(), 'ingest-access-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const port = String(8_080 + workerPortOffset() + 150);

const file = (name: string, content: string | object): string => {
  const path = join(folder, name);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};
const hashOf = (key: string): string => createHash('sha256').update(key).digest('hex');

describe('the start', () => {
  const startWith = (env: Record<string, string>) => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'services/ingest/main.ts'], {
      cwd: projectRoot,
      env: { PATH: process.env.PATH, PORT: port, ...env },
      encoding: 'utf8',
      timeout: 20_000,
    });
    return { status, stderr };
  };

  test('an address that others can reach, without a word on who may send: 78', () => {
    const { status, stderr } = startWith({ HOST: '0.0.0.0' });
    expect([status, stderr]).toEqual([78, expect.stringContaining('HOST: is reachable by others')]);
  });

  test('a faulty access file: 78 with every fault, no secret among them', () => {
    const path = file('faulty.json', { keys: [{ id: 'a b', sha256: 'my secret', sources: ['x'] }] });
    const { status, stderr } = startWith({ HOST: '0.0.0.0', INGEST_ACCESS_FILE: path });
    expect([status, stderr]).toEqual([
      78,
      expect.stringMatching(/keys\.0\.id: must be[\s\S]*keys\.0\.sha256: must be/),
    ]);
    expect(stderr).not.toContain('my secret');
  });

  test('a certificate that is none: 78', () => {
    const path = file('none.pem', 'nothing');
    const { status, stderr } = startWith({ INGEST_TLS_CERT_FILE: path, INGEST_TLS_KEY_FILE: join(folder, 'missing') });
    expect([status, stderr]).toEqual([78, expect.stringContaining('INGEST_TLS_KEY_FILE: cannot be read (ENOENT)')]);
  });
});

test('a real process at its most talkative: keys that change while it runs, and none of them in its log', async () => {
  const [first, second] = ['key-a1b2c3d4', 'key-e5f6a7b8'];
  const rules = (id: string, key: string) => ({ keys: [{ id, sha256: hashOf(key), sources: ['*'], in_url: true }] });
  const path = file('access.json', rules('first', first));
  const env = {
    HOST: '127.0.0.1',
    PORT: port,
    INGEST_ACCESS_FILE: path,
    LOG_LEVEL: 'trace',
    KAFKA_BROKERS: '127.0.0.1:1',
  };
  const ingest = await ServiceProcess.start('ingest', env);
  try {
    const status = async (key: string): Promise<number[]> => {
      const headers = { 'content-type': 'application/json' };
      const answers = [
        await fetch(`${ingest.url}/v1/events`, {
          method: 'POST',
          headers: { ...headers, 'x-api-key': key },
          body: '{}',
        }),
        await fetch(`${ingest.url}/v1/events?key=${key}`, { method: 'POST', headers, body: '{}' }),
      ];
      return answers.map((it) => it.status);
    };
    // Kafka is not there: who is let in gets 503.
    expect([await status(first), await status(second)]).toEqual([
      [503, 503],
      [401, 401],
    ]);
    file('access.json', rules('second', second));
    for (let tries = 0; tries < 100 && (await status(second))[0] !== 503; tries++) await sleep(100);
    expect([await status(first), await status(second)]).toEqual([
      [401, 401],
      [503, 503],
    ]);
    expect(ingest.log).toContain('the access file has changed');
    expect(await ingest.metrics()).toMatch(/ingest_sender_requests_total\{sender="second"[^}]*\} \d/);
    for (const secret of [first, second, hashOf(first), hashOf(second)]) {
      expect(ingest.log + (await ingest.metrics())).not.toContain(secret);
    }
  } finally {
    ingest.kill('SIGTERM');
    await ingest.ended;
  }
});

(hasOpenssl ? describe : describe.skip)('mutual TLS (needs OpenSSL 3)', () => {
  const certificates = new Certificates(folder);
  const pem = (name: string): string => certificates.pem(name);
  let app: FastifyInstance;
  let settings: IngestSettings;

  beforeAll(async () => {
    certificates.make('ca', 'our CA');
    certificates.make('server', '127.0.0.1', 'ca');
    certificates.make('client', 'pbx.example', 'ca');
    certificates.make('foreign', 'pbx.example');
    settings = readSettings(ingestSettings, {
      INGEST_TLS_CERT_FILE: pem('server'),
      INGEST_TLS_KEY_FILE: pem('server-key'),
      INGEST_TLS_CLIENT_CA_FILE: pem('ca'),
    });
    const registry = new Registry();
    const inFlight = new InFlight(1_000_000);
    const avro = avroType('interaction-event.v1');
    const accepted = [{ id: 'pbx', common_name: 'pbx.example', sources: ['events'] }];
    app = buildApp({
      settings,
      tls: tlsOptions(settings),
      gate: new Gate({ rules: { keys: [], signatures: [], certificates: accepted }, signatureWindowMs: 1 }),
      encode: (event) => avro.toBuffer(event),
      store: async () => undefined,
      notReady: () => [],
      now: Date.now,
      inFlight,
      metrics: createIngestMetrics(registry, {
        inFlightBytes: () => inFlight.bytes,
        spoolBytes: () => 0,
      }),
      registry,
      log: pino({ level: 'silent' }),
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
  });
  afterAll(() => app?.close());

  test('when the certificates end is known, for an alert', () => {
    const ends = certificateEnds(tlsCertificates(settings));
    expect([...ends.keys()]).toEqual(['server', 'client_ca']);
    for (const end of ends.values()) expect(Math.abs(end - Date.now() / 1_000 - 2 * 86_400)).toBeLessThan(600);
    const lost = { ...settings, INGEST_TLS_CLIENT_CA_FILE: join(folder, 'gone.pem') };
    expect(certificateEnds(tlsCertificates(lost)).size).toBe(1);
  });

  const post = (path: string, certificate?: string) =>
    new Promise<number | undefined>((resolve, reject) => {
      const proof = certificate
        ? { cert: readFileSync(pem(certificate)), key: readFileSync(pem(`${certificate}-key`)) }
        : {};
      const sent = request(
        {
          method: 'POST',
          host: '127.0.0.1',
          port: (app.server.address() as AddressInfo).port,
          path,
          agent: false,
          ca: readFileSync(pem('ca')),
          headers: { 'content-type': 'application/json' },
          ...proof,
        },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      sent.on('error', reject);
      sent.end('[]');
    });

  test('a certificate that is renewed is used without a restart; one that is none is not', async () => {
    const settings = readSettings(ingestSettings, {
      INGEST_TLS_CERT_FILE: pem('server'),
      INGEST_TLS_KEY_FILE: pem('server-key'),
      INGEST_TLS_CLIENT_CA_FILE: pem('ca'),
    });
    const lines: string[] = [];
    const log = pino({}, { write: (line: string) => void lines.push(line) });
    const stop = followCertificate(settings, app.server as unknown as Server, log, 20);
    const subject = () =>
      new Promise<string>((resolve, reject) => {
        const { port: at } = app.server.address() as AddressInfo;
        const socket = connect({ host: '127.0.0.1', port: at, ca: readFileSync(pem('ca')) }, () => {
          resolve(String(socket.getPeerCertificate().subject.CN));
          socket.destroy();
        });
        socket.on('error', reject);
      });
    expect(await subject()).toBe('127.0.0.1');
    writeFileSync(pem('server'), 'nothing');
    await until('the fault to be told', 5_000, async () => lines.join().includes('cannot be used'));
    expect(await subject()).toBe('127.0.0.1');
    certificates.make('server', 'renewed', 'ca');
    await until('the new one to be used', 5_000, async () => (await subject()) === 'renewed');
    stop();
    expect(await post('/v1/events', 'client')).toBe(202);
  });

  test('a certificate of our CA is a proof, for its sources; a foreign one of the same name, or none, is not', async () => {
    expect(await post('/v1/events', 'client')).toBe(202);
    expect(await post('/v1/sources/cloudevents', 'client')).toBe(403);
    expect(await post('/v1/events', 'foreign')).toBe(401);
    expect(await post('/v1/events')).toBe(401);
  });
});
