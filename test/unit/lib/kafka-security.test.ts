import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import { securityOf } from '../../../services/lib/kafka/security';
import { registryAddress } from '../../../services/lib/schema-lookup';
import { commonSettings, readSettings, SettingsError } from '../../../services/lib/settings';

const read = (env: Record<string, string>) => readSettings(z.object(commonSettings), env);
const folder = mkdtempSync(join(tmpdir(), 'kafka-security-'));
const file = (name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
};
afterAll(() => rmSync(folder, { recursive: true }));

type Provider = { oauthBearerProvider(): Promise<{ value: string }> };

describe('how a client proves who it is to Kafka', () => {
  test('nothing set: plain text', () => expect(securityOf(read({}))).toEqual({}));

  test('TLS with an authority of its own, and a client certificate', () => {
    const settings = read({
      KAFKA_SSL: 'true',
      KAFKA_SSL_CA_FILE: file('ca', 'CA'),
      KAFKA_SSL_CERT_FILE: file('cert', 'CERT'),
      KAFKA_SSL_KEY_FILE: file('key', 'KEY'),
    });
    expect(securityOf(settings)).toEqual({ ssl: { ca: ['CA'], cert: 'CERT', key: 'KEY' } });
    expect(securityOf(read({ KAFKA_SSL: 'true' }))).toEqual({ ssl: {} });
  });

  test.each(['plain', 'scram-sha-256', 'scram-sha-512'])('%s by name and password', (mechanism) => {
    const settings = read({
      KAFKA_SASL_MECHANISM: mechanism,
      KAFKA_SASL_USERNAME: 'load',
      KAFKA_SASL_PASSWORD: 'secret',
    });
    expect(securityOf(settings)).toEqual({ sasl: { mechanism, username: 'load', password: 'secret' } });
  });

  test('OAUTHBEARER with a token that somebody else keeps fresh', async () => {
    const path = file('token', 'first\n');
    const { sasl } = securityOf(read({ KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_OAUTH_TOKEN_FILE: path }));
    expect(await (sasl as unknown as Provider).oauthBearerProvider()).toEqual({ value: 'first' });
    writeFileSync(path, 'second');
    expect(await (sasl as unknown as Provider).oauthBearerProvider()).toEqual({ value: 'second' });
  });

  test.each([
    ['KAFKA_SSL_CERT_FILE', { KAFKA_SSL: 'true', KAFKA_SSL_CERT_FILE: '/cert' }],
    ['KAFKA_SSL', { KAFKA_SSL_CA_FILE: '/ca' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_MECHANISM: 'scram-sha-512', KAFKA_SASL_USERNAME: 'load' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_MECHANISM: 'oauthbearer', KAFKA_SASL_OAUTH_TOKEN_URL: 'https://issuer' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_USERNAME: 'load', KAFKA_SASL_PASSWORD: 'secret' }],
    ['KAFKA_SASL_MECHANISM', { KAFKA_SASL_MECHANISM: 'gssapi' }],
  ])('%s is refused in %j', (name, env) => {
    try {
      read(env as Record<string, string>);
      throw new Error('not reached');
    } catch (error) {
      expect(error).toBeInstanceOf(SettingsError);
      expect((error as SettingsError).faults.map((fault) => fault.split(':')[0])).toEqual([name]);
      expect((error as SettingsError).message).not.toContain('secret');
    }
  });
});

describe('OAUTHBEARER by client credentials', () => {
  const asked: string[] = [];
  let server: Server;
  let answer = { status: 200, body: { access_token: 'a', expires_in: 31 } };

  beforeAll(async () => {
    server = createServer((request, response) => {
      let body = '';
      request.on('data', (data) => (body += data));
      request.on('end', () => {
        asked.push(`${request.headers.authorization} ${body}`);
        response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => void server.close());

  const provider = (): Provider => {
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/token`;
    const { sasl } = securityOf(
      read({
        KAFKA_SASL_MECHANISM: 'oauthbearer',
        KAFKA_SASL_OAUTH_TOKEN_URL: url,
        KAFKA_SASL_OAUTH_CLIENT_ID: 'load',
        KAFKA_SASL_OAUTH_CLIENT_SECRET: 'a:b',
        KAFKA_SASL_OAUTH_SCOPE: 'kafka',
      }),
    );
    return sasl as unknown as Provider;
  };

  test('a token is kept until shortly before its end', async () => {
    answer = { status: 200, body: { access_token: 'long', expires_in: 600 } };
    const long = provider();
    expect([await long.oauthBearerProvider(), await long.oauthBearerProvider()]).toEqual([
      { value: 'long' },
      { value: 'long' },
    ]);
    const credentials = Buffer.from('load:a%3Ab').toString('base64');
    expect(asked).toEqual([`Basic ${credentials} grant_type=client_credentials&scope=kafka`]);
    answer = { status: 200, body: { access_token: 'short', expires_in: 20 } };
    const short = provider();
    await short.oauthBearerProvider();
    await short.oauthBearerProvider();
    expect(asked).toHaveLength(3);
  });

  test('a refusal is told by its status alone', async () => {
    answer = { status: 401, body: { access_token: 'a:b', expires_in: 1 } };
    await expect(provider().oauthBearerProvider()).rejects.toThrow('the token endpoint of Kafka answered 401');
  });
});

test('name and password of a registry, given apart, survive any character', () => {
  const { SCHEMA_REGISTRY_URL } = read({
    SCHEMA_REGISTRY_URL: 'https://registry/apis/ccompat/v7',
    SCHEMA_REGISTRY_USERNAME: 'cd',
    SCHEMA_REGISTRY_PASSWORD: 'p@s:s/%',
  });
  expect(registryAddress(SCHEMA_REGISTRY_URL)).toEqual({
    host: 'https://registry/apis/ccompat/v7',
    auth: { username: 'cd', password: 'p@s:s/%' },
  });
});

test('name and password of a registry go into a header, not into its host', () => {
  expect(registryAddress('https://cd:p%40ss@registry:8085/apis/ccompat/v7')).toEqual({
    host: 'https://registry:8085/apis/ccompat/v7',
    auth: { username: 'cd', password: 'p@ss' },
  });
  expect(registryAddress('http://registry:8085/')).toEqual({ host: 'http://registry:8085/' });
});
