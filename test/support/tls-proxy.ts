import { readFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { createServer } from 'node:tls';
import type { Certificates } from './certificates';

/** Listens with TLS on one port of 127.0.0.1 and passes everything on, in plain, to another. Answers how to end it. */
export async function startTlsProxy(
  certificates: Certificates,
  name: string,
  from: number,
  to: number,
): Promise<() => Promise<void>> {
  const sockets = new Set<Socket>();
  const identity = { cert: readFileSync(certificates.pem(name)), key: readFileSync(certificates.key(name)) };
  const server = createServer(identity, (inside) => {
    const outside = connect(to, '127.0.0.1');
    for (const [one, other] of [
      [inside, outside],
      [outside, inside],
    ]) {
      sockets.add(one);
      one.on('error', () => other.destroy());
      one.on('close', () => {
        sockets.delete(one);
        other.destroy();
      });
      one.pipe(other);
    }
  });
  await new Promise<void>((resolve) => server.listen(from, '127.0.0.1', resolve));
  return () =>
    new Promise((resolve) => {
      for (const socket of sockets) socket.destroy();
      server.close(() => resolve());
    });
}
