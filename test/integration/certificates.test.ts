import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { createServer as createPlainServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createServer, type Server as TlsServer } from 'node:tls';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { Registry } from 'prom-client';
import { certificateMetric, shownCertificateEnd, shownCertificates } from '../../services/lib/certificates';
import { Certificates, hasOpenssl } from '../support/certificates';
import { until } from './support/service-process';

const day = 86_400;
const minute = 60_000;

(hasOpenssl ? describe : describe.skip)('certificates that servers show (needs OpenSSL 3)', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certificates-'));
  const certificates = new Certificates(folder);
  const servers: Server[] = [];
  const identity = (name: string) => ({
    cert: readFileSync(certificates.pem(name)),
    key: readFileSync(certificates.key(name)),
  });

  beforeAll(() => {
    certificates.make('ca', 'our authority');
    certificates.make('server', '127.0.0.1', 'ca');
    certificates.make('renewed', '127.0.0.1', 'ca', 30);
    certificates.make('ended', '127.0.0.1');
    const ended = certificates.pem('ended');
    const again = ['-in', ended, '-signkey', certificates.key('ended'), '-days', '-1', '-out', ended];
    execFileSync('openssl', ['x509', ...again], { stdio: 'ignore' });
  });
  afterEach(async () => {
    for (const server of servers.splice(0)) server.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const listen = async (server: Server, port = 0): Promise<number> => {
    servers.push(server.listen(port, '127.0.0.1'));
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };
  const withTls = (name: string, options = {}): TlsServer => {
    const server = createServer({ ...identity(name), ...options }, (socket) => socket.on('error', () => undefined));
    return server.on('tlsClientError', () => undefined);
  };
  const days = (end: number | undefined): number => Math.round(((end ?? Number.NaN) - Date.now() / 1_000) / day);

  test.each([
    ['of an authority that nobody here trusts', 'server', 2, {}],
    ['that has ended', 'ended', -1, {}],
    ['of a server that asks for one of the client', 'server', 2, { requestCert: true, rejectUnauthorized: true }],
    ['of TLS 1.2', 'server', 2, { maxVersion: 'TLSv1.2' }],
  ] as const)('one %s is told', async (_what, name, left, options) => {
    const port = await listen(withTls(name, options));
    expect(days(await shownCertificateEnd(`https://127.0.0.1:${port}/apis/ccompat/v7`))).toBe(left);
    expect(days(await shownCertificateEnd(`https://user:secret@localhost:${port}`))).toBe(left);
  });

  test('a server that speaks no TLS, is away, or hangs up shows none', async () => {
    const plain = await listen(createPlainServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')));
    const hangsUp = await listen(createPlainServer((socket) => socket.destroy()));
    for (const port of [plain, hangsUp, 1]) {
      expect(await shownCertificateEnd(`https://127.0.0.1:${port}`)).toBeUndefined();
    }
    expect(await shownCertificateEnd('https://nobody.invalid')).toBeUndefined();
  });

  test('it is looked at again after five minutes, and what was shown last stays while a server is away', async () => {
    let now = 0;
    const first = withTls('server');
    const port = await listen(first);
    const shown = shownCertificates({ clickhouse: `https://127.0.0.1:${port}` }, () => now);
    const toBe = (left: number) =>
      until(`the certificate to end in ${left} days`, 5_000, async () => days(shown().get('clickhouse')) === left);
    await toBe(2);
    first.setSecureContext(identity('renewed'));
    now += 4 * minute;
    shown();
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(days(shown().get('clickhouse'))).toBe(2);
    now += minute;
    await toBe(30);
    first.close();
    await once(first, 'close');
    now += 5 * minute;
    shown();
    await new Promise((resolve) => setTimeout(resolve, 100));
    await listen(withTls('server'), port);
    expect(days(shown().get('clickhouse'))).toBe(30);
    // A server that does not answer is asked again sooner.
    now += minute / 2;
    await toBe(2);
  });

  test('the metric has those of https addresses, beside files; others and what is no address are left out', async () => {
    const port = await listen(withTls('server'));
    const registry = new Registry();
    const servers = {
      registry: `https://127.0.0.1:${port}/apis/ccompat/v7`,
      clickhouse: `http://127.0.0.1:${port}`,
      unset: undefined,
      wrong: 'https://',
    };
    certificateMetric(registry, 'load', { kafka_ca: certificates.pem('renewed') }, servers);
    const told = async (): Promise<string[]> =>
      [...(await registry.metrics()).matchAll(/certificate="(\w+)"/g)].map(([, name]) => name);
    await until('the registry to be known', 5_000, async () => (await told()).includes('registry'));
    expect(await told()).toEqual(['kafka_ca', 'registry']);
  });
});
