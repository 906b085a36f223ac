import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Answers `/schemas/ids/<id>` as a registry does, from what it is given, and nothing else. */
export class SchemaServer {
  private constructor(private readonly server: Server) {}

  static async start(schemas: Readonly<Record<number, string>>): Promise<SchemaServer> {
    const server = createServer((request, response) => {
      const schema = schemas[Number(/\/schemas\/ids\/(\d+)$/.exec(request.url ?? '')?.[1])];
      response.statusCode = schema === undefined ? 404 : 200;
      response.setHeader('content-type', 'application/json');
      response.end(
        JSON.stringify(schema === undefined ? { error_code: 40403, message: 'Schema not found' } : { schema }),
      );
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return new SchemaServer(server);
  }

  get url(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.server.close();
    this.server.closeAllConnections();
  }
}
