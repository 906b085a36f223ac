import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { promisify } from 'node:util';
import { createClient } from '@clickhouse/client';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { aclsOf } from '../../infra/kafka/acls';
import { createKafka } from '../../services/lib/kafka/client';
import type { Kafka } from '../../services/lib/kafka/kafkajs';
import { PartitionReader } from '../../services/lib/kafka/partition-reader';
import { createLog } from '../../services/lib/log';
import { topics } from '../../services/lib/topics';
import { Certificates, hasOpenssl } from '../support/certificates';
import { writeUsersConfig } from '../support/clickhouse-roles';
import { startTlsProxy } from '../support/tls-proxy';
import { builtDist, projectRoot } from './support/build';
import {
  byCertificate,
  byPassword,
  type Env,
  passwords,
  securedKafka,
  securedPorts,
  step,
  trusting,
} from './support/secured-stack';
import { ServiceProcess, until } from './support/service-process';
import { withStack, workerPortOffset } from './support/stack';

jest.setTimeout(360_000);

(hasOpenssl ? describe : describe.skip)('TLS, passwords, client certificates and ACLs (needs OpenSSL 3)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'transport-security-'));
  const certificates = new Certificates(folder);
  const offset = workerPortOffset();
  const ports = securedPorts(offset);
  const closing: (() => Promise<void>)[] = [];
  let settings: Env = {};
  const partEnv: Record<'ingest' | 'enrich' | 'sessionize' | 'load' | 'clickhouse', Env> = {
    clickhouse: {},
    ingest: {},
    enrich: {},
    sessionize: {},
    load: {},
  };

  if (hasOpenssl) {
    certificates.make('ca', 'our authority');
    certificates.make('server', '127.0.0.1', 'ca');
    certificates.make('sessionize', 'sessionize', 'ca');
    certificates.make('foreign', 'sessionize');
    settings = trusting(offset, certificates);
    // Each way to prove who one is, once at least.
    partEnv.ingest = { ...settings, ...byPassword('ingest', 'plain') };
    partEnv.enrich = { ...settings, ...byPassword('enrich') };
    partEnv.sessionize = { ...settings, ...byCertificate(offset, certificates, 'sessionize') };
    partEnv.load = { ...settings, ...byPassword('load') };
  }

  beforeAll(async () => {
    closing.push(
      await startTlsProxy(certificates, 'server', ports.registry, ports.plain.registry),
      await startTlsProxy(certificates, 'server', ports.clickhouse, ports.plain.clickhouse),
    );
  });
  afterAll(async () => {
    for (const close of closing) await close();
    rmSync(folder, { recursive: true, force: true });
  });

  const local = withStack(['kafka', 'registry', 'clickhouse', 'ingest', 'enrich', 'sessionize', 'load'], {
    kafka: hasOpenssl ? securedKafka(offset, certificates) : undefined,
    partEnv,
    setUpSteps: [
      step('rights', ['kafka'], 'infra/kafka/acls-main.js', { ...settings, ...byPassword('admin') }),
      step('topics', ['kafka'], 'infra/kafka/main.js', { ...settings, ...byPassword('setup') }),
      step('schemas', ['registry'], 'infra/registry/main.js', settings),
      step('migrations', ['clickhouse'], 'infra/clickhouse/main.js', settings),
    ],
  });
  const logOf = (part: string): string => readFileSync(join(local.stack.dir, 'logs', `${part}.log`), 'utf8');
  const denials = (): string[] => logOf('kafka').match(/Principal = User:\S+ is Denied.*/g) ?? [];

  const asked = async (query: string): Promise<string> => {
    const clickhouse = createClient({ url: local.stack.addresses.clickhouseUrl, database: 'customer_dynamics' });
    try {
      return (await (await clickhouse.query({ query, format: 'TabSeparated' })).text()).trim();
    } finally {
      await clickhouse.close();
    }
  };

  /** Sends events of five customers, numbered [from, to), and waits until so many, and these sessions, are loaded. */
  const sendAndSee = async (
    from: number,
    to: number,
    { at = Date.now() - 60_000, sessions = 5 } = {},
  ): Promise<void> => {
    const answer = await fetch(`${local.stack.addresses.ingestUrl}/v1/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(
        Array.from({ length: to - from }, (_, i) => ({
          event_type: 'message.sent',
          occurred_at: at + from + i,
          channel: 'CHAT',
          identities: [{ type: 'email', value: `customer${i % 5}@example.org` }],
        })),
      ),
    });
    expect(answer.status).toBe(202);
    const found = 'SELECT (SELECT count() FROM interactions), (SELECT count() FROM sessions_current)';
    await until('all of it to be loaded', 30_000, async () => (await asked(found)) === `${to}\t${sessions}`);
  };

  test('events pass through every service, each with rights of its own, into ClickHouse', async () => {
    await sendAndSee(0, 40);
    for (const service of ['enrich', 'sessionize', 'load']) expect(logOf(service)).not.toMatch(/"level":(?:50|60)/);
    // Rights are enough: nobody was denied anything.
    expect(denials()).toEqual([]);
  });

  test('when the certificates of servers and settings end is told', async () => {
    const { enrichUrl, loadUrl } = local.stack.addresses;
    const told = async (service: string): Promise<string[]> =>
      [...(await (await fetch(`${service}/metrics`)).text()).matchAll(/_expiry_\w+\{certificate="(\w+)"/g)].map(
        ([, name]) => name,
      );
    expect(await told(loadUrl)).toEqual(['kafka_ca', 'clickhouse', 'registry']);
    expect(await told(enrichUrl)).toEqual(['kafka_ca', 'registry']);
  });

  test('load goes on with the rights of cd_writer alone, the repair included, and has no others', async () => {
    await local.stack.stopPart('clickhouse');
    partEnv.clickhouse.CLICKHOUSE_USERS_CONFIG = writeUsersConfig(join(folder, 'users.xml'), ['cd_writer']);
    const before = logOf('load').length;
    await local.stack.startPart('clickhouse');
    // Four hours late: only the repair makes sessions of them, by what it reads and writes.
    await sendAndSee(40, 50, { at: Date.now() - 4 * 3_600_000, sessions: 10 });
    expect(logOf('load').slice(before)).not.toMatch(/privileges|ACCESS_DENIED/);
    await expect(asked('SELECT count() FROM erasure_log')).rejects.toThrow(/ACCESS_DENIED|privileges/);
    await expect(asked('TRUNCATE TABLE interactions')).rejects.toThrow(/ACCESS_DENIED|privileges/);
  });

  test('a tool with rights of its own reads dead letters', async () => {
    const env = { PATH: process.env.PATH, ...settings, ...byPassword('tools') };
    const script = join(await builtDist(), 'infra/tools/dead-letters/main.js');
    const { stdout } = await promisify(execFile)(process.execPath, [script], { cwd: projectRoot, env });
    expect(stdout).toContain('There are no dead letters');
  });

  describe('what a principal may not', () => {
    const kafkaOf = (name: string): Kafka =>
      createKafka(
        {
          KAFKA_BROKERS: settings.KAFKA_BROKERS,
          KAFKA_SSL: true,
          KAFKA_SSL_CA_FILE: settings.KAFKA_SSL_CA_FILE,
          ...byPassword(name),
        },
        'test',
        createLog('test', 'silent'),
        { retry: { retries: 1, initialRetryTime: 10 } },
      );
    const reads = (topic: string) => async (kafka: Kafka) => {
      const reader = await PartitionReader.connect(kafka);
      try {
        await reader.read(topic, 0, 0, () => false, { deadlineMs: 1_000 });
      } finally {
        await reader.disconnect();
      }
    };
    const writes = (topic: string, transactionalId?: string) => async (kafka: Kafka) => {
      const producer = kafka.producer({
        transactionalId,
        idempotent: true,
        maxInFlightRequests: 1,
        allowAutoTopicCreation: false,
      });
      await producer.connect();
      try {
        const sender = transactionalId ? await producer.transaction() : producer;
        await sender.send({ topic, messages: [{ value: 'x' }] });
      } finally {
        await producer.disconnect();
      }
    };
    const asks = (ask: (admin: ReturnType<Kafka['admin']>) => Promise<unknown>) => async (kafka: Kafka) => {
      const admin = kafka.admin();
      await admin.connect();
      try {
        await ask(admin);
      } finally {
        await admin.disconnect();
      }
    };
    const offsetsOf = (groupId: string, topic: string) =>
      asks((admin) => admin.fetchOffsets({ groupId, topics: [topic] }));

    test.each([
      ['ingest', 'reads what it wrote', reads(topics.raw)],
      ['ingest', 'reads interactions.enriched', reads(topics.enriched)],
      ['ingest', 'writes interactions.enriched', writes(topics.enriched)],
      ['enrich', 'writes interactions.raw', writes(topics.raw)],
      ['enrich', 'reads sessions', reads(topics.sessions)],
      ['enrich', 'writes erasures', writes(topics.erasures)],
      ['enrich', "takes sessionize's transactional id", writes(topics.enriched, 'sessionize-0')],
      ['enrich', "asks for sessionize's group", offsetsOf('sessionize', topics.raw)],
      ['sessionize', 'reads interactions.raw', reads(topics.raw)],
      ['sessionize', 'writes interactions.enriched', writes(topics.enriched)],
      ['load', 'reads interactions.raw', reads(topics.raw)],
      ['load', 'writes interactions.raw', writes(topics.raw)],
      ['load', 'writes sessions', writes(topics.sessions)],
      ['setup', 'reads interactions.raw', reads(topics.raw)],
      ['tools', 'reads interactions.raw', reads(topics.raw)],
      ['tools', 'gives itself a right', asks((admin) => admin.createAcls({ acl: aclsOf('ingest', 'tools') }))],
      ['load', 'deletes a topic', asks((admin) => admin.deleteTopics({ topics: [topics.sessions] }))],
    ] as const)('%s %s', async (name, _what, act) => {
      const before = denials().length;
      await expect(act(kafkaOf(name))).rejects.toThrow(
        /not authorized|authorization failed|denied|find group coordinator/i,
      );
      await until('Kafka to say so', 3_000, async () =>
        denials()
          .slice(before)
          .some((line) => line.includes(`User:${name} `)),
      );
    });

    test('the same rights as allow it do: not everything is denied', async () => {
      await reads(topics.raw)(kafkaOf('enrich'));
    });
  });

  describe('a start that is refused ends with 78 and one line', () => {
    const startWith = async (service: string, env: Env) => {
      const main = join(await builtDist(), `services/${service}/main.js`);
      const own = { PATH: process.env.PATH, PORT: String(ports.plain.load + 50), LOG_LEVEL: 'info' };
      // Not the synchronous form: the proxies live in this process.
      const child = spawn(process.execPath, [main], { cwd: projectRoot, env: { ...own, ...env }, timeout: 40_000 });
      const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
      const status = child.exitCode ?? (await once(child, 'exit'))[0];
      return { status, stdout, stderr };
    };
    const wrong = byPassword('enrich', 'scram-sha-512', 'not the secret');
    const { NODE_EXTRA_CA_CERTS: _trust, ...distrusting } = settings;

    test.each([
      ['enrich', 'a wrong password', { ...settings, ...wrong }, /refuses the name or the password/],
      ['load', 'a wrong password, PLAIN', { ...settings, ...byPassword('load', 'plain', 'x') }, /refuses the name or/],
      ['enrich', 'a user whom nobody knows', { ...settings, ...byPassword('nobody', 'scram-sha-512', 'x') }, /refuses the name or/],
      ['enrich', 'an authority that is not ours', { ...settings, ...byPassword('enrich'), KAFKA_SSL_CA_FILE: certificates.pem('foreign') }, /connecting to Kafka: the certificate of the server is not trusted/],
      ['sessionize', 'no client certificate', { ...settings, KAFKA_BROKERS: `127.0.0.1:${ports.kafkaMutual}` }, /refuses the client certificate/],
      ['sessionize', 'a foreign client certificate of the same name', { ...settings, ...byCertificate(offset, certificates, 'foreign') }, /refuses the client certificate/],
      ['enrich', 'a registry that is not trusted', { ...distrusting, ...byPassword('enrich') }, /certificate of the server is not trusted \(Confluent_Schema_Registry/],
      ['load', 'a ClickHouse that is not trusted', { ...distrusting, ...byPassword('load'), SCHEMA_REGISTRY_URL: `http://127.0.0.1:${ports.plain.registry}/apis/ccompat/v7` }, /looking for the tables: the certificate of the server is not trusted/],
    ] as const)('%s: %s', async (service, _what, env, said) => {
      const { status, stdout, stderr } = await startWith(service, env);
      expect([status, stderr]).toEqual([78, expect.stringMatching(said)]);
      expect(stderr.trim().split('\n')).toHaveLength(1);
      expect(stdout + stderr).not.toMatch(/\n\s+at |"stack"/);
      for (const secret of [...Object.values(passwords), 'not the secret']) expect(stdout + stderr).not.toContain(secret);
    }); // biome-ignore format: a table

    test('ingest lives on, is not ready and says why: its spool may take events meanwhile', async () => {
      const ingest = await ServiceProcess.start('ingest', {
        ...settings,
        ...byPassword('ingest', 'plain', 'not the secret'),
        PORT: String(ports.plain.load + 51),
      });
      try {
        const why = expect.stringMatching(/^Kafka: the server refuses the name or the password/);
        await until('ingest to know', 10_000, async () => (await ingest.notReady()).some((it) => /refuses/.test(it)));
        expect(await ingest.notReady()).toContainEqual(why);
        expect(ingest.log).not.toMatch(/\n\s+at |"stack"|not the secret/);
      } finally {
        ingest.kill('SIGTERM');
        await ingest.ended;
      }
    });
  });

  test('a server without TLS is not spoken to in plain', async () => {
    const kafka = createKafka(
      { KAFKA_BROKERS: `127.0.0.1:${ports.plain.kafka}`, KAFKA_SSL: true },
      'test',
      createLog('test', 'silent'),
      { retry: { retries: 0 }, connectionTimeout: 2_000 },
    );
    await expect(kafka.admin().connect()).rejects.toThrow();
  });
});
