import { createServer, type IncomingMessage, request, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * What becomes of requests: they pass; the connection is cut at once; ClickHouse says that it has no memory; they are
 * carried out and the answer is lost; they wait for 3 s first.
 */
export type Mood = 'well' | 'refusing' | 'overloaded' | 'forgetful' | 'slow';

const slowMs = 3_000;

/** Stands between load and ClickHouse, or pages and ingest, and can be told to misbehave. */
export class FlakyProxy {
  mood: Mood = 'well';
  /** Told of each request before anything is done about it. */
  onRequest: (url: string, asked: IncomingMessage) => void = () => {};
  /** Requests that were carried out although the asker has seen no answer. */
  lostAnswers = 0;

  private constructor(
    private readonly server: Server,
    private readonly target: URL,
  ) {}

  static async start(target: string): Promise<FlakyProxy> {
    const server = createServer();
    const proxy = new FlakyProxy(server, new URL(target));
    server.on('request', (asked, answer) => void proxy.pass(asked, answer));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return proxy;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }

  private async pass(asked: IncomingMessage, answer: ServerResponse): Promise<void> {
    const { mood } = this;
    this.onRequest(asked.url ?? '', asked);
    if (mood === 'refusing') return void asked.socket.destroy();
    if (mood === 'slow') await sleep(slowMs);
    if (mood === 'overloaded') {
      asked.resume();
      answer.writeHead(500, { 'x-clickhouse-exception-code': '241' });
      return void answer.end('Code: 241. DB::Exception: Memory limit exceeded. (MEMORY_LIMIT_EXCEEDED)');
    }
    const { method, url: path, headers } = asked;
    const { hostname, port } = this.target;
    const passed = request({ hostname, port, method, path, headers: { ...headers, host: this.target.host } });
    passed.on('response', (response) => {
      if (mood === 'forgetful') {
        response.resume();
        response.on('end', () => {
          this.lostAnswers += 1;
          asked.socket.destroy();
        });
        return;
      }
      answer.writeHead(response.statusCode ?? 500, response.headers);
      response.pipe(answer);
      response.on('error', () => answer.destroy());
    });
    passed.on('error', () => asked.socket.destroy());
    asked.on('error', () => passed.destroy());
    answer.on('close', () => passed.destroy());
    asked.pipe(passed);
  }
}
