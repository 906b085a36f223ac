import { readFileSync } from 'node:fs';
import type { IncomingMessage } from 'node:http';
import type { SecureContextOptions, TLSSocket, TlsOptions } from 'node:tls';
import { createSecureContext } from 'node:tls';
import type { CertificateFiles } from '../lib/certificates';
import type { Log } from '../lib/log';
import { SettingsError } from '../lib/settings';
import { fileVersion } from './file-version';
import type { IngestSettings } from './settings';

type TlsSettings = Pick<
  IngestSettings,
  'INGEST_TLS_CERT_FILE' | 'INGEST_TLS_KEY_FILE' | 'INGEST_TLS_CLIENT_CA_FILE' | 'INGEST_TLS_CLIENT_CERTIFICATE'
>;

/** The server's side of TLS, or undefined for plain HTTP. Throws SettingsError naming the files that cannot be used. */
export function tlsOptions(settings: TlsSettings): TlsOptions | undefined {
  if (settings.INGEST_TLS_CERT_FILE === undefined) return undefined;
  const faults: string[] = [];
  const read = (name: keyof TlsSettings): Buffer | undefined => {
    const path = settings[name];
    if (path === undefined) return undefined;
    try {
      return readFileSync(path);
    } catch (error) {
      faults.push(`${name}: cannot be read (${(error as NodeJS.ErrnoException).code})`);
      return undefined;
    }
  };
  const files: SecureContextOptions = {
    cert: read('INGEST_TLS_CERT_FILE'),
    key: read('INGEST_TLS_KEY_FILE'),
    ca: read('INGEST_TLS_CLIENT_CA_FILE'),
  };
  if (faults.length === 0) {
    try {
      createSecureContext(files);
    } catch {
      faults.push('INGEST_TLS_CERT_FILE: it and INGEST_TLS_KEY_FILE are no certificate and its key, in PEM');
    }
  }
  if (faults.length > 0) throw new SettingsError(faults);
  const asks = files.ca !== undefined;
  const rejectUnauthorized = asks && settings.INGEST_TLS_CLIENT_CERTIFICATE === 'required';
  return { ...files, minVersion: 'TLSv1.2', requestCert: asks, rejectUnauthorized };
}

/**
 * Gives the server its certificate anew when the files change, as whoever renews them expects: connections there are go on.
 * A new one that is wrong is told and not used. Answers how to stop.
 */
export function followCertificate(
  settings: TlsSettings,
  server: { setSecureContext(options: SecureContextOptions): void },
  log: Log,
  everyMs = 30_000,
): () => void {
  const paths = [settings.INGEST_TLS_CERT_FILE, settings.INGEST_TLS_KEY_FILE, settings.INGEST_TLS_CLIENT_CA_FILE];
  const version = (): string => paths.map((path) => (path === undefined ? '' : fileVersion(path))).join(' ');
  let seen = version();
  const timer = setInterval(() => {
    const now = version();
    if (now === seen) return;
    seen = now;
    try {
      server.setSecureContext(tlsOptions(settings) as TlsOptions);
      log.info('the certificate has changed: new connections get the new one');
    } catch (error) {
      log.error(
        { error: (error as Error).message },
        'the certificate has changed and cannot be used: the former stays',
      );
    }
  }, everyMs);
  timer.unref();
  return () => clearInterval(timer);
}

/** What ingest shows its senders, and who vouches for them. */
export const tlsCertificates = (settings: TlsSettings): CertificateFiles => ({
  server: settings.INGEST_TLS_CERT_FILE,
  client_ca: settings.INGEST_TLS_CLIENT_CA_FILE,
});

/** Common name of the client's certificate, when our CA has vouched for it. */
export function commonNameOf({ socket }: IncomingMessage): string | undefined {
  const { authorized, getPeerCertificate } = socket as TLSSocket;
  if (authorized !== true) return undefined;
  const name = getPeerCertificate.call(socket as TLSSocket)?.subject?.CN;
  return typeof name === 'string' ? name : undefined;
}
