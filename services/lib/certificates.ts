import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { connect } from 'node:tls';
import { Gauge, type Registry } from 'prom-client';
import type { KafkaSecurity } from './settings';

/** Paths of PEM files by what they are for; of several certificates in one the first is looked at. */
export type CertificateFiles = Readonly<Record<string, string | undefined>>;

/** What a service shows to Kafka, and who vouches for Kafka. */
export const kafkaCertificates = ({ KAFKA_SSL_CERT_FILE, KAFKA_SSL_CA_FILE }: KafkaSecurity): CertificateFiles => ({
  kafka_client: KAFKA_SSL_CERT_FILE as string | undefined,
  kafka_ca: KAFKA_SSL_CA_FILE as string | undefined,
});

/** When each of the files ends, as Unix time in seconds; those that can be read. */
export function certificateEnds(files: CertificateFiles): Map<string, number> {
  const ends = new Map<string, number>();
  for (const [name, path] of Object.entries(files)) {
    if (path === undefined) continue;
    try {
      ends.set(name, Date.parse(new X509Certificate(readFileSync(path)).validTo) / 1_000);
    } catch {
      // A wrong file is told when it is read for use.
    }
  }
  return ends;
}

/** Addresses by what answers there; those of https show a certificate. */
export type CertificateServers = Readonly<Record<string, string | undefined>>;

/** Each look is a handshake: seldom beside the days that an alert leaves, often beside the wait for it to end. */
const askAgainAfterMs = 300_000;
/** A server that is starting, or that a certificate's renewal restarts. */
const askFailedAgainAfterMs = 30_000;
const withinMs = 10_000;

/**
 * When the certificate that a server shows ends, as Unix time in seconds; undefined where it speaks no TLS or does not answer.
 * Not checked for trust: one that nobody trusts any more, since it has ended, must be told too. Nothing is sent.
 */
export function shownCertificateEnd(address: string): Promise<number | undefined> {
  return new Promise((resolve) => {
    const { hostname, port } = new URL(address);
    const host = hostname.replace(/^\[|\]$/g, '');
    const socket = connect({
      host,
      port: Number(port) || 443,
      servername: isIP(host) ? undefined : host,
      rejectUnauthorized: false,
    });
    const answer = (end?: number): void => {
      socket.destroy();
      resolve(end);
    };
    socket.unref();
    socket.setTimeout(withinMs, answer);
    socket.on('error', () => answer());
    socket.on('close', () => resolve(undefined));
    socket.once('secureConnect', () => {
      const shown = socket.getPeerX509Certificate();
      answer(shown && Date.parse(shown.validTo) / 1_000);
    });
  });
}

/**
 * What servers show, looked at when it is made and then as often as it is asked for, every five minutes at most: it answers at
 * once with what is known, in the order of `servers`. A server that does not answer keeps what it showed last.
 */
export function shownCertificates(
  servers: CertificateServers,
  now: () => number = Date.now,
): () => ReadonlyMap<string, number> {
  const watched: { name: string; address: string; next: number; end?: number }[] = Object.entries(servers).flatMap(
    ([name, address]) =>
      address !== undefined && URL.canParse(address) && new URL(address).protocol === 'https:'
        ? [{ name, address, next: 0 }]
        : [],
  );
  const look = (): void => {
    for (const one of watched) {
      if (now() < one.next) continue;
      one.next = Number.POSITIVE_INFINITY;
      void shownCertificateEnd(one.address).then((end) => {
        one.end = end ?? one.end;
        one.next = now() + (end === undefined ? askFailedAgainAfterMs : askAgainAfterMs);
      });
    }
  };
  look();
  return () => {
    look();
    return new Map(watched.flatMap(({ name, end }) => (end === undefined ? [] : [[name, end]])));
  };
}

/** `<service>_certificate_expiry_timestamp_seconds`; files are read anew with each scrape, since they are renewed in place. */
export function certificateMetric(
  registry: Registry,
  service: string,
  files: CertificateFiles,
  servers: CertificateServers = {},
): void {
  const shown = shownCertificates(servers);
  new Gauge({
    name: `${service}_certificate_expiry_timestamp_seconds`,
    help: 'When a certificate of the settings, or one that a server of them shows, ends, as Unix time',
    labelNames: ['certificate'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [certificate, end] of [...certificateEnds(files), ...shown()]) this.set({ certificate }, end);
    },
  });
}
