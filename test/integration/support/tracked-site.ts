import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a page's own code does before the tracker is there, as docs/sources/web-tracker.md says. */
const snippet = `
  window.customerDynamics = window.customerDynamics || function () {
    (customerDynamics.calls = customerDynamics.calls || []).push(arguments);
  };`;

/**
 * A site that embeds the tracker: any path is a page. Under `/agreed/` visitors have agreed before, under `/plain/` there is no
 * tracker.
 */
export class TrackedSite {
  private constructor(
    private readonly server: Server,
    readonly origin: string,
  ) {}

  static async start(trackerUrl: string, key: string): Promise<TrackedSite> {
    const server = createServer((request, response) => {
      response.setHeader('content-type', 'text/html; charset=utf-8');
      response.end(page(request.url ?? '/', trackerUrl, key));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new TrackedSite(server, `http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  stop(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}

function page(url: string, trackerUrl: string, key: string): string {
  if (url.startsWith('/plain/')) return '<!doctype html><title>plain</title>';
  const consent = url.startsWith('/agreed/') ? `customerDynamics('consent', true);` : '';
  return `<!doctype html><title>Parcel of Ana</title><script>${snippet}${consent}</script>
    <script async src="${trackerUrl}" data-key="${key}"></script>`;
}

/** A request as ingest gets it. */
export interface Heard {
  method: string;
  url: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** Writes down what goes by; bodies fill up as they come. */
export function recorder(heard: Heard[]): (url: string, asked: IncomingMessage) => void {
  return (url, asked) => {
    const one: Heard = { method: asked.method ?? '', url, headers: asked.headers, body: '' };
    heard.push(one);
    asked.on('data', (data) => {
      one.body += data;
    });
  };
}
