import { execFileSync } from 'node:child_process';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { KafkaMessage } from '../../../services/lib/kafka/kafkajs';
import {
  BatchSpans,
  isTracingOn,
  type Span,
  startTracing,
  type TraceHeaders,
  type Tracing,
  traceHeaders,
  traceOfRequest,
} from '../../../services/lib/tracing';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const unsampled = parent.replace(/01$/, '00');
const log = { info: () => undefined } as never;

describe('whether spans are wanted', () => {
  test.each([
    [{}, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, true],
    [{ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }, true],
    [{ OTEL_TRACES_EXPORTER: 'otlp' }, true],
    [{ OTEL_TRACES_EXPORTER: 'none', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, false],
    [{ OTEL_SDK_DISABLED: 'true', OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' }, false],
    [{ OTEL_SERVICE_NAME: 'a-name-alone' }, false],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: '' }, false],
  ])('%j: %s', (env, on) => {
    expect(isTracingOn(env)).toBe(on);
  });

  test.each([
    [{ OTEL_TRACES_EXPORTER: 'zipkin' }, 'OTEL_TRACES_EXPORTER: must be otlp or none'],
    [{ OTEL_TRACES_EXPORTER: 'otlp', OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, 'OTEL_EXPORTER_OTLP_PROTOCOL: must be'],
  ])('%j is refused at the start', async (env, message) => {
    await expect(startTracing('load', env, log)).rejects.toThrow(message);
  });

  test('where they are not, none of OpenTelemetry is loaded', () => {
    const script = `
      const { startTracing } = require('./services/lib/tracing.ts');
      startTracing('load', {}, undefined).then((tracing) => {
        const loaded = Object.keys(require.cache).filter((file) => file.includes('@opentelemetry'));
        console.log(JSON.stringify({ tracing: tracing ?? null, loaded: loaded.length }));
      });`;
    const root = resolve(__dirname, '../../..');
    const printed = execFileSync(process.execPath, ['--import', 'tsx', '-e', script], { cwd: root, encoding: 'utf8' });
    expect(JSON.parse(printed)).toEqual({ tracing: null, loaded: 0 });
  });
});

describe('a trace that comes with a request', () => {
  test.each([
    [parent, undefined, { traceparent: parent }],
    [parent, 'vendor=1', { traceparent: parent, tracestate: 'vendor=1' }],
    [parent, 'x'.repeat(513), { traceparent: parent }],
    [parent, 'line\nbreak', { traceparent: parent }],
    [parent.toUpperCase(), undefined, undefined],
    [`${parent}-more`, undefined, undefined],
    [parent.replace('b7ad6b7169203331', '0'.repeat(16)), undefined, undefined],
    [parent.replace('0af7651916cd43dd8448eb211c80319c', '0'.repeat(32)), undefined, undefined],
    [parent.replace(/^00/, 'ff'), undefined, undefined],
    ['', undefined, undefined],
    [undefined, 'vendor=1', undefined],
  ])('%s, %s', (traceparent, tracestate, expected) => {
    expect(traceHeaders(traceparent, tracestate)).toEqual(expected);
    expect(traceOfRequest({ traceparent, tracestate })).toEqual(expected);
  });
});

describe('spans of a batch', () => {
  const record = (traceparent?: string): KafkaMessage =>
    ({ offset: '5', headers: traceparent ? { traceparent: Buffer.from(traceparent) } : {} }) as unknown as KafkaMessage;
  const recorder = () => {
    const started: (TraceHeaders | undefined)[] = [];
    const ended: unknown[] = [];
    const tracing: Tracing = {
      start: (_name, _kind, from): Span => {
        started.push(from);
        return { headers: { traceparent: `own ${started.length}` }, end: (outcome) => void ended.push(outcome) };
      },
      stop: async () => undefined,
    };
    return { started, ended, tracing };
  };

  test('a sampled record gets one and carries it on; all end together, with what went wrong', () => {
    const { started, ended, tracing } = recorder();
    const spans = new BatchSpans(tracing, 'enrich event', {});
    expect(spans.begin(record(parent))).toEqual({ traceparent: 'own 1' });
    expect(spans.begin(record(unsampled))).toEqual({ traceparent: unsampled });
    expect(spans.begin(record())).toBeUndefined();
    expect(spans.begin(record('nonsense'))).toBeUndefined();
    expect(started).toEqual([{ traceparent: parent }]);
    const error = new Error('aborted');
    spans.end(error);
    spans.end();
    expect(ended).toEqual([{ error }]);
  });

  test('of many, a hundred get one; the others carry on what they came with', () => {
    const { started, tracing } = recorder();
    const spans = new BatchSpans(tracing, 'enrich event', {});
    const carried = Array.from({ length: 150 }, () => spans.begin(record(parent))?.traceparent);
    expect(started).toHaveLength(100);
    expect(carried.filter((it) => it === parent)).toHaveLength(50);
  });

  test('where nobody traces, what came is carried on', () => {
    const spans = new BatchSpans(undefined, 'enrich event', {});
    expect(spans.begin(record(parent))).toEqual({ traceparent: parent });
    spans.end();
  });
});
