import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Earlier ones cannot sign with another's key in one command. */
export const hasOpenssl = /^OpenSSL [3-9]/.test(spawnSync('openssl', ['version'], { encoding: 'utf8' }).stdout ?? '');

/** Certificates for 127.0.0.1 as PEM files of a folder, made by openssl and good for two days unless told otherwise. */
export class Certificates {
  constructor(private readonly folder: string) {}

  /** The certificate's file; its key lies beside it (`key`). */
  pem(name: string): string {
    return join(this.folder, `${name}.pem`);
  }

  key(name: string): string {
    return this.pem(`${name}-key`);
  }

  /** Makes one, by itself an authority, or signed by the authority `ca`. */
  make(name: string, subject: string, ca?: string, days = 2): void {
    const signer = ca
      ? ['-CA', this.pem(ca), '-CAkey', this.key(ca)]
      : ['-addext', 'basicConstraints=critical,CA:TRUE'];
    const kind = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', String(days)];
    const names = ['-subj', `/CN=${subject}`, '-addext', 'subjectAltName=IP:127.0.0.1'];
    const files = ['-keyout', this.key(name), '-out', this.pem(name)];
    execFileSync('openssl', ['req', '-x509', ...kind, ...names, ...files, ...signer], { stdio: 'ignore' });
  }

  /** Key and certificate in one file, as Kafka's PEM key stores have them. */
  keyStore(name: string): string {
    const path = this.pem(`${name}-store`);
    writeFileSync(path, readFileSync(this.key(name), 'utf8') + readFileSync(this.pem(name), 'utf8'));
    return path;
  }
}
