import { StackFault } from './faults';

/** The parts of a stack: three servers, started together, then the services; stopped in the reverse order. */
export const partNames = ['kafka', 'registry', 'clickhouse', 'ingest', 'enrich', 'sessionize', 'load'] as const;
export type PartName = (typeof partNames)[number];

const defaultPorts = {
  kafka: 9092,
  kafkaController: 9093,
  registry: 8085,
  clickhouse: 8123,
  ingest: 8080,
  enrich: 9101,
  sessionize: 9102,
  load: 9103,
} as const;

const maxPortOffset = 65_535 - Math.max(...Object.values(defaultPorts));

export interface StackAddresses {
  host: string;
  ports: Record<PartName | 'kafkaController', number>;
  /** host:port, as KAFKA_BROKERS wants it. */
  kafkaBrokers: string;
  /** The registry's Confluent API, as SCHEMA_REGISTRY_URL wants it. */
  schemaRegistryUrl: string;
  clickhouseUrl: string;
  ingestUrl: string;
  enrichUrl: string;
  sessionizeUrl: string;
  loadUrl: string;
}

/** Of the ports that the Fetch standard refuses ("bad ports"), those that an offset can reach: 10080 is offset 2000. */
const blockedPorts = new Set([10_080]);

/** Where every part of the stack with this port offset listens; all of it on the loopback address. */
export function stackAddresses(portOffset: number): StackAddresses {
  const host = '127.0.0.1';
  const ports: StackAddresses['ports'] = { ...defaultPorts };
  for (const name of [...partNames, 'kafkaController'] as const) ports[name] += portOffset;
  const blocked = Object.values(ports).find((port) => blockedPorts.has(port));
  if (blocked !== undefined) {
    throw new StackFault(
      `STACK_PORT_OFFSET ${portOffset} puts a part on port ${blocked}, which browsers and fetch refuse: take another.`,
    );
  }
  const url = (port: number) => `http://${host}:${port}`;
  return {
    host,
    ports,
    kafkaBrokers: `${host}:${ports.kafka}`,
    schemaRegistryUrl: `${url(ports.registry)}/apis/ccompat/v7`,
    clickhouseUrl: url(ports.clickhouse),
    ingestUrl: url(ports.ingest),
    enrichUrl: url(ports.enrich),
    sessionizeUrl: url(ports.sessionize),
    loadUrl: url(ports.load),
  };
}

/** Reads STACK_PORT_OFFSET: not set or empty is 0. Throws StackFault for anything but a whole number that fits. */
export function parsePortOffset(text: string | undefined): number {
  if (text === undefined || text.trim() === '') return 0;
  const offset = /^\d{1,5}$/.test(text.trim()) ? Number(text) : Number.NaN;
  if (offset <= maxPortOffset) return offset;
  throw new StackFault(
    `STACK_PORT_OFFSET is "${text}" but must be a whole number from 0 to ${maxPortOffset}: it is added to every port of the stack.`,
  );
}

/** Reads names of parts, in the stack's own order and without repeats. Throws StackFault for a name it does not know. */
export function parsePartNames(names: readonly string[]): PartName[] {
  const unknown = names.find((name) => !partNames.some((known) => known === name));
  if (unknown !== undefined) {
    throw new StackFault(`There is no part named "${unknown}": the parts are ${partNames.join(', ')}.`);
  }
  return partNames.filter((name) => names.includes(name));
}
