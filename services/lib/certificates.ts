import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
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

/** `<service>_certificate_expiry_timestamp_seconds`, read anew with each scrape: files are renewed in place. */
export function certificateMetric(registry: Registry, service: string, files: CertificateFiles): void {
  new Gauge({
    name: `${service}_certificate_expiry_timestamp_seconds`,
    help: 'When a certificate of the settings ends, as Unix time',
    labelNames: ['certificate'],
    registers: [registry],
    collect() {
      this.reset();
      for (const [certificate, end] of certificateEnds(files)) this.set({ certificate }, end);
    },
  });
}
