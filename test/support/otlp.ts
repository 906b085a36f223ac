import { createServer, type Server } from 'node:http';

/** A span as a collector gets it, ids in hexadecimal. */
export interface ReceivedSpan {
  service: string;
  trace_id: string;
  span_id: string;
  parent_span_id: string;
  name: string;
}

/** A collector that takes OTLP by http/protobuf and remembers the spans. */
export async function startCollector(port: number): Promise<{ spans: ReceivedSpan[]; server: Server }> {
  const spans: ReceivedSpan[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    if (request.url === '/v1/traces') spans.push(...spansOf(Buffer.concat(chunks)));
    response.writeHead(200, { 'content-type': 'application/x-protobuf' }).end();
  });
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return { spans, server };
}

/** Of ExportTraceServiceRequest: the fields that are wanted here, by their numbers in opentelemetry-proto. */
function spansOf(body: Buffer): ReceivedSpan[] {
  return all(body, 1).flatMap((resourceSpans) => {
    const service = all(resourceSpans, 1)
      .flatMap((resource) => all(resource, 1))
      .filter((attribute) => all(attribute, 1)[0]?.toString() === 'service.name')
      .map((attribute) => all(all(attribute, 2)[0], 1)[0].toString())[0];
    const hex = (span: Buffer, field: number): string => all(span, field)[0]?.toString('hex') ?? '';
    return all(resourceSpans, 2)
      .flatMap((scopeSpans) => all(scopeSpans, 2))
      .map((span) => ({
        service,
        trace_id: hex(span, 1),
        span_id: hex(span, 2),
        parent_span_id: hex(span, 4),
        name: all(span, 5)[0].toString(),
      }));
  });
}

/** Values of a field with a length, in a message of protobuf. */
function all(message: Buffer, wanted: number): Buffer[] {
  const found: Buffer[] = [];
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let shift = 0; ; shift += 7) {
      const byte = message[at++];
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
  };
  while (at < message.length) {
    const tag = varint();
    const kind = tag % 8;
    if (kind === 0) varint();
    else if (kind === 1) at += 8;
    else if (kind === 5) at += 4;
    else {
      const length = varint();
      if (Math.floor(tag / 8) === wanted) found.push(message.subarray(at, at + length));
      at += length;
    }
  }
  return found;
}
