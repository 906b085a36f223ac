/** OpenTelemetry's SDK: loaded by `tracing.ts` alone, and only where it is on. Settings beside the switch it reads itself. */
import {
  diag,
  SpanKind as OtelKind,
  type Span as OtelSpan,
  ROOT_CONTEXT,
  SpanStatusCode,
  TraceFlags,
  trace,
} from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-proto';
import { detectResources, envDetector, resourceFromAttributes } from '@opentelemetry/resources';
import { BasicTracerProvider, BatchSpanProcessor } from '@opentelemetry/sdk-trace-base';
import type { Log } from './log';
import type { Span, SpanKind, TraceHeaders, Tracing } from './tracing';

const kinds: Record<SpanKind, OtelKind> = { server: OtelKind.SERVER, consumer: OtelKind.CONSUMER };

/** Sends spans by OTLP (http/protobuf), in batches, off the path of the work; a collector that is away costs spans only. */
export function openTelemetry(service: string, log: Log): Tracing {
  const say =
    (level: 'warn' | 'debug') =>
    (message: string): void =>
      log[level]({ problem: message.slice(0, 200) }, 'OpenTelemetry');
  diag.setLogger({
    error: say('warn'),
    warn: say('warn'),
    info: say('debug'),
    debug: say('debug'),
    verbose: say('debug'),
  });
  // OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES go above our own name.
  const resource = resourceFromAttributes({
    'service.name': service,
    'service.namespace': 'customer-dynamics',
  }).merge(detectResources({ detectors: [envDetector] }));
  const provider = new BasicTracerProvider({
    resource,
    spanProcessors: [new BatchSpanProcessor(new OTLPTraceExporter())],
  });
  const tracer = provider.getTracer('customer-dynamics');
  return {
    start: (name, kind, parent, attributes) =>
      spanOf(
        tracer.startSpan(name, { kind: kinds[kind], attributes }, parent ? contextOf(parent) : ROOT_CONTEXT),
        parent,
      ),
    stop: () => provider.shutdown(),
  };
}

function contextOf({ traceparent }: TraceHeaders) {
  const [, traceId, spanId, flags] = traceparent.split('-');
  return trace.setSpanContext(ROOT_CONTEXT, {
    traceId,
    spanId,
    traceFlags: Number.parseInt(flags, 16) & TraceFlags.SAMPLED,
    isRemote: true,
  });
}

function spanOf(span: OtelSpan, parent: TraceHeaders | undefined): Span {
  const { traceId, spanId, traceFlags } = span.spanContext();
  const traceparent = `00-${traceId}-${spanId}-0${traceFlags & TraceFlags.SAMPLED}`;
  return {
    headers: parent?.tracestate === undefined ? { traceparent } : { traceparent, tracestate: parent.tracestate },
    end: ({ status, error } = {}) => {
      if (status !== undefined) span.setAttribute('http.response.status_code', status);
      // Types of errors only: messages may quote what was sent.
      if (error !== undefined) span.setAttribute('error.type', (error as Error)?.name ?? typeof error);
      if (error !== undefined || (status ?? 0) >= 500) span.setStatus({ code: SpanStatusCode.ERROR });
      span.end();
    },
  };
}
