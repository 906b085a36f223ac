import { execFile } from 'node:child_process';
import type { AddressInfo } from 'node:net';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';
import { startCollector } from '../../support/otlp';

const trace = '0af7651916cd43dd8448eb211c80319c';

/** In a process of its own, as a service does it: the SDK reads the environment itself. Answers the lines it printed. */
async function traced(env: Record<string, string>, script: string): Promise<Record<string, unknown>[]> {
  const code = `
    const { startTracing } = require('./services/lib/tracing.ts');
    const print = (line) => console.log(JSON.stringify(line));
    const say = (level) => (fields, msg) => print({ level, ...fields, msg });
    const log = { info: say('info'), warn: say('warn'), debug: () => undefined };
    const came = { traceparent: '00-${trace}-b7ad6b7169203331-01', tracestate: 'vendor=1' };
    startTracing('enrich', process.env, log).then(async (tracing) => {
      ${script}
      await tracing.stop().catch((error) => print({ stop: error.message }));
    });`;
  const { stdout } = await promisify(execFile)(process.execPath, ['--import', 'tsx', '-e', code], {
    cwd: resolve(__dirname, '../../..'),
    env: { PATH: process.env.PATH, ...env },
  });
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));
}

test('spans reach a collector as children of what came, and of each other', async () => {
  const { spans, server } = await startCollector(0);
  const OTEL_EXPORTER_OTLP_ENDPOINT = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  try {
    const lines = await traced(
      { OTEL_EXPORTER_OTLP_ENDPOINT },
      `const outer = tracing.start('POST /v1/events', 'server', came, { 'http.route': '/v1/events' });
       const inner = tracing.start('enrich event', 'consumer', outer.headers);
       inner.end({ error: new Error('aborted') });
       outer.end({ status: 202 });
       tracing.start('of its own', 'server').end();
       tracing.start('not sampled', 'server', { traceparent: came.traceparent.replace(/01$/, '00') }).end();
       print(outer.headers);`,
    );
    const { traceparent, tracestate } = lines.find((line) => 'traceparent' in line) as Record<string, string>;
    const [, carried, outer, flags] = traceparent.split('-');
    expect([carried, flags, tracestate]).toEqual([trace, '01', 'vendor=1']);
    expect(
      spans.map(({ service, name, trace_id, parent_span_id }) => [service, name, trace_id, parent_span_id]),
    ).toEqual([
      ['enrich', 'enrich event', trace, outer],
      ['enrich', 'POST /v1/events', trace, 'b7ad6b7169203331'],
      ['enrich', 'of its own', expect.stringMatching(/^[0-9a-f]{32}$/), ''],
    ]);
  } finally {
    server.close();
    server.closeAllConnections();
  }
}, 60_000);

test('a collector that is away costs spans and a line of log, no work', async () => {
  const lines = await traced(
    { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9', OTEL_EXPORTER_OTLP_TIMEOUT: '500' },
    `tracing.start('load record', 'consumer', came).end();`,
  );
  expect(lines[0]).toMatchObject({ msg: 'traces are sent' });
  expect(JSON.stringify(lines)).not.toContain(trace);
}, 60_000);
