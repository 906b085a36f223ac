import { describe, expect, test } from '@jest/globals';
import { parsePartNames, parsePortOffset, stackAddresses } from '../../../../infra/local/addresses';
import { StackFault } from '../../../../infra/local/faults';

describe('stackAddresses', () => {
  test('without an offset every address is the one the services default to', () => {
    expect(stackAddresses(0)).toEqual({
      host: '127.0.0.1',
      ports: {
        kafka: 9092,
        kafkaController: 9093,
        registry: 8085,
        clickhouse: 8123,
        ingest: 8080,
        enrich: 9101,
        sessionize: 9102,
        load: 9103,
      },
      kafkaBrokers: '127.0.0.1:9092',
      schemaRegistryUrl: 'http://127.0.0.1:8085/apis/ccompat/v7',
      clickhouseUrl: 'http://127.0.0.1:8123',
      ingestUrl: 'http://127.0.0.1:8080',
      enrichUrl: 'http://127.0.0.1:9101',
      sessionizeUrl: 'http://127.0.0.1:9102',
      loadUrl: 'http://127.0.0.1:9103',
    });
  });

  test('an offset moves every port, and stacks do not move each other', () => {
    const moved = stackAddresses(200).ports;
    for (const [name, port] of Object.entries(stackAddresses(0).ports)) expect(moved).toHaveProperty(name, port + 200);
  });

  test('offsets that are multiples of 200 never share a port', () => {
    const ports = [0, 200, 400, 600, 800, 1000, 1200].flatMap((offset) => Object.values(stackAddresses(offset).ports));
    expect(new Set(ports).size).toBe(ports.length);
  });
});

describe('parsePortOffset', () => {
  test.each([
    { text: undefined, offset: 0 },
    { text: '', offset: 0 },
    { text: '0', offset: 0 },
    { text: ' 200 ', offset: 200 },
    { text: '56432', offset: 56432 },
  ])('$text is $offset', ({ text, offset }) => {
    expect(parsePortOffset(text)).toBe(offset);
  });

  test.each(['x', '-1', '1.5', '1e3', '0x10', '56433', '999999'])('%s is refused in one sentence', (text) => {
    expect(() => parsePortOffset(text)).toThrow(
      new StackFault(
        `STACK_PORT_OFFSET is "${text}" but must be a whole number from 0 to 56432: it is added to every port of the stack.`,
      ),
    );
  });
});

describe('parsePartNames', () => {
  test('answers the order of the stack, without repeats', () => {
    expect(parsePartNames(['load', 'kafka', 'load'])).toEqual(['kafka', 'load']);
  });

  test('an unknown name is told together with the known ones', () => {
    expect(() => parsePartNames(['kafka', 'zookeeper'])).toThrow(
      'There is no part named "zookeeper": the parts are kafka, registry, clickhouse, ingest, enrich, sessionize, load.',
    );
  });

  test('an offset that puts a part on a port which fetch refuses is told', () => {
    expect(() => stackAddresses(2_000)).toThrow('port 10080');
  });
});
