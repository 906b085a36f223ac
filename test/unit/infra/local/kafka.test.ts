import { describe, expect, test } from '@jest/globals';
import { stackAddresses } from '../../../../infra/local/addresses';
import { newClusterId, serverProperties } from '../../../../infra/local/kafka';

describe('serverProperties', () => {
  const properties = serverProperties(stackAddresses(100), '/stack/data/kafka');

  test('listens on the loopback address only, on the ports of the stack', () => {
    expect(properties.listeners).toBe('PLAINTEXT://127.0.0.1:9192,CONTROLLER://127.0.0.1:9193');
    expect(properties['advertised.listeners']).toBe('PLAINTEXT://127.0.0.1:9192');
    expect(properties['controller.quorum.voters']).toBe('1@127.0.0.1:9193');
  });

  test('keeps committed offsets longer than any topic keeps records (30 days)', () => {
    expect(properties['offsets.retention.minutes']).toBeGreaterThan(30 * 24 * 60);
  });

  test('carries messages of 16 MB', () => {
    expect(properties['message.max.bytes']).toBeGreaterThan(16 * 1024 * 1024);
    expect(properties['replica.fetch.max.bytes']).toBe(properties['message.max.bytes']);
  });
});

describe('newClusterId', () => {
  test('is 22 characters of base64url', () => {
    expect(newClusterId()).toMatch(/^[A-Za-z0-9_][A-Za-z0-9_-]{21}$/);
  });

  test('never begins with "-", which the format tool reads as an option', () => {
    const draws = [Buffer.alloc(16, 0xfb), Buffer.alloc(16, 1)];
    expect(draws[0]?.toString('base64url')).toMatch(/^-/);
    expect(newClusterId(() => draws.shift() ?? Buffer.alloc(16))).toMatch(/^AQEB/);
  });
});
