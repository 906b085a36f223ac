import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { KafkaExtras } from '../../../infra/local/part';
import type { SetUpStep } from '../../../infra/local/setup-steps';
import type { PartName } from '../../../infra/local/stack';
import { stackAddresses } from '../../../infra/local/stack';
import type { Certificates } from '../../support/certificates';

export type Env = Record<string, string>;

/** By name; `admin` is the cluster's super user, the others have what infra/kafka/acls.json gives them. */
export const passwords: Env = Object.fromEntries(
  ['admin', 'setup', 'tools', 'ingest', 'enrich', 'sessionize', 'load'].map((name) => [name, `secret of ${name} 7Q`]),
);

/** Where a secured stack listens with TLS, beside the plain ports of its own. */
export function securedPorts(portOffset: number) {
  const { ports } = stackAddresses(portOffset);
  return {
    kafkaSasl: ports.kafka + 2,
    kafkaMutual: ports.kafka + 3,
    registry: ports.registry + 1,
    clickhouse: ports.clickhouse + 1,
    plain: ports,
  };
}

/**
 * Kafka with a listener for passwords and one for client certificates, both TLS, and with ACLs: what nothing allows is
 * denied. The plain listener stays for the broker itself, the registry and the stack's own look at it, all super users.
 */
export function securedKafka(portOffset: number, certificates: Certificates): KafkaExtras {
  const { kafkaSasl, kafkaMutual, plain } = securedPorts(portOffset);
  const listeners = [
    `PLAINTEXT://127.0.0.1:${plain.kafka}`,
    `SASL_SSL://127.0.0.1:${kafkaSasl}`,
    `SSL://127.0.0.1:${kafkaMutual}`,
  ];
  const plainUsers = Object.entries(passwords).map(([name, password]) => `user_${name}="${password}"`);
  const modules = 'org.apache.kafka.common.security';
  return {
    scramUsers: passwords,
    properties: {
      listeners: [...listeners, `CONTROLLER://127.0.0.1:${plain.kafkaController}`].join(),
      'advertised.listeners': listeners.join(),
      'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL_SSL:SASL_SSL,SSL:SSL',
      'sasl.enabled.mechanisms': 'SCRAM-SHA-512,PLAIN',
      'listener.name.sasl_ssl.scram-sha-512.sasl.jaas.config': `${modules}.scram.ScramLoginModule required;`,
      'listener.name.sasl_ssl.plain.sasl.jaas.config': `${modules}.plain.PlainLoginModule required ${plainUsers.join(' ')};`,
      'ssl.keystore.type': 'PEM',
      'ssl.keystore.location': certificates.keyStore('server'),
      'ssl.truststore.type': 'PEM',
      'ssl.truststore.location': certificates.pem('ca'),
      'listener.name.ssl.ssl.client.auth': 'required',
      'ssl.principal.mapping.rules': 'RULE:^CN=([^,]+).*$/$1/',
      'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
      'super.users': 'User:ANONYMOUS;User:admin',
    },
  };
}

/** What a service or tool is told to reach all of it by TLS, trusting one authority. */
export function trusting(portOffset: number, certificates: Certificates, ca = 'ca'): Env {
  const ports = securedPorts(portOffset);
  return {
    KAFKA_BROKERS: `127.0.0.1:${ports.kafkaSasl}`,
    KAFKA_SSL: 'true',
    KAFKA_SSL_CA_FILE: certificates.pem(ca),
    NODE_EXTRA_CA_CERTS: certificates.pem(ca),
    SCHEMA_REGISTRY_URL: `https://127.0.0.1:${ports.registry}/apis/ccompat/v7`,
    CLICKHOUSE_URL: `https://127.0.0.1:${ports.clickhouse}`,
    CLICKHOUSE_READS_REGISTRY: 'false',
  };
}

export const byPassword = (name: string, mechanism = 'scram-sha-512', password = passwords[name]): Env => ({
  KAFKA_SASL_MECHANISM: mechanism,
  KAFKA_SASL_USERNAME: name,
  KAFKA_SASL_PASSWORD: password,
});

export const byCertificate = (portOffset: number, certificates: Certificates, name: string): Env => ({
  KAFKA_BROKERS: `127.0.0.1:${securedPorts(portOffset).kafkaMutual}`,
  KAFKA_SSL_CERT_FILE: certificates.pem(name),
  KAFKA_SSL_KEY_FILE: certificates.key(name),
});

/** A compiled script of the stack's, with settings of its own. */
export function step(name: string, needs: readonly PartName[], script: string, env: Env): SetUpStep {
  return {
    name,
    needs,
    run: async ({ distDir, projectRoot }) => {
      const options = { cwd: projectRoot, env: { PATH: process.env.PATH, ...env } };
      return (await promisify(execFile)(process.execPath, [join(distDir, script)], options)).stdout.trim();
    },
  };
}
