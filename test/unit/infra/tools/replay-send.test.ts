import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { NotLetIn, sendChunk } from '../../../../infra/tools/replay/send';

let server: Server | undefined;
afterEach(() => {
  server?.close();
});

/** An ingest that answers with these statuses, one after the other, and remembers what it was sent. */
async function answering(statuses: number[]): Promise<{ url: string; seen: IncomingHttpHeaders[] }> {
  const seen: IncomingHttpHeaders[] = [];
  const started = createServer((request, response) => {
    seen.push(request.headers);
    request.resume();
    response.writeHead(statuses[Math.min(seen.length, statuses.length) - 1]).end('{}');
  });
  server = started;
  await new Promise<void>((resolve) => started.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(started.address() as AddressInfo).port}`, seen };
}

const chunk = { lines: ['{}', '{}'], lastLine: 2, maxTime: undefined };

test('a key goes with it; 429 and 503 are tried again', async () => {
  const { url, seen } = await answering([429, 503, 202]);
  const reasons: string[] = [];
  expect(await sendChunk(url, chunk, (reason) => reasons.push(reason), 'our key')).toEqual({
    accepted: 2,
    rejected: [],
  });
  expect(reasons).toEqual(['status 429', 'status 503']);
  expect(seen.map((it) => it['x-api-key'])).toEqual(['our key', 'our key', 'our key']);
});

test.each([401, 403])('%d: no line is at fault, the replay ends', async (status) => {
  const { url, seen } = await answering([status]);
  await expect(sendChunk(url, chunk, () => undefined)).rejects.toThrow(NotLetIn);
  expect(seen).toHaveLength(1);
});
