import { createServer, type IncomingHttpHeaders, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  path: string;
  headers: IncomingHttpHeaders;
  body: string;
}

/** A model server for tests: a real one, over HTTP, that answers as it is told to. */
export class ModelServer {
  readonly asked: Asked[] = [];
  /** Calls that were open at the same time, at the most. */
  mostAtOnce = 0;
  private atOnce = 0;

  private constructor(
    private readonly server: Server,
    private readonly answer: (asked: Asked, response: ServerResponse) => unknown,
  ) {}

  /** `answer` gives the JSON body, possibly later, or ends the response itself and gives undefined. */
  static async start(answer: (asked: Asked, response: ServerResponse) => unknown): Promise<ModelServer> {
    const server = createServer();
    const started = new ModelServer(server, answer);
    server.on('request', (request, response) => {
      started.atOnce += 1;
      started.mostAtOnce = Math.max(started.mostAtOnce, started.atOnce);
      response.on('close', () => {
        started.atOnce -= 1;
      });
      const parts: Buffer[] = [];
      request.on('data', (part) => parts.push(part));
      request.on('end', () => {
        const body = Buffer.concat(parts).toString('utf8');
        void started.respond({ path: request.url ?? '', headers: request.headers, body }, response);
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return started;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private async respond(asked: Asked, response: ServerResponse): Promise<void> {
    this.asked.push(asked);
    const body = await this.answer(asked, response);
    if (body === undefined) return;
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(body));
  }
}

/** The texts of a call in plain JSON, and a reading of each as `label` says. */
export function readingsFor(asked: Asked, label: (text: string) => string | null): { readings: object[] } {
  const { texts } = JSON.parse(asked.body) as { texts: { text: string }[] };
  return {
    readings: texts.map(({ text }) => ({
      language: 'en',
      intent: { label: label(text), confidence: 0.9 },
      emotion: { label: 'anger', score: -0.5 },
      desire: { label: 'refund', confidence: 0.7 },
    })),
  };
}
