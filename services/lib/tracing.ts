import type { IncomingHttpHeaders } from 'node:http';
import { headerText } from './kafka/headers';
import type { KafkaMessage } from './kafka/kafkajs';
import type { Log } from './log';
import { SettingsError } from './settings';

/** W3C Trace Context, as it stands in the headers of a request or a record. */
export interface TraceHeaders {
  traceparent: string;
  tracestate?: string;
}

/** A piece of work in a trace; `headers` carry it on. */
export interface Span {
  headers: TraceHeaders;
  end(outcome?: { status?: number; error?: unknown }): void;
}

export type SpanKind = 'server' | 'consumer';

/** What traces. There is none where OpenTelemetry is off: then headers are only passed on. */
export interface Tracing {
  start(name: string, kind: SpanKind, parent?: TraceHeaders, attributes?: Record<string, string | number>): Span;
  /** Sends what is left. */
  stop(): Promise<void>;
}

type Environment = Record<string, string | undefined>;

/** Whether spans are wanted, by OpenTelemetry's own variables: an exporter, or where one would send to. */
export function isTracingOn(env: Environment): boolean {
  if (env.OTEL_SDK_DISABLED?.toLowerCase() === 'true') return false;
  const exporter = env.OTEL_TRACES_EXPORTER || undefined;
  if (exporter === 'none') return false;
  if (exporter !== undefined) return true;
  return Boolean(env.OTEL_EXPORTER_OTLP_ENDPOINT || env.OTEL_EXPORTER_OTLP_TRACES_ENDPOINT);
}

/** Loads OpenTelemetry where it is wanted; undefined where it is not. Throws SettingsError for what is not built in. */
export async function startTracing(service: string, env: Environment, log: Log): Promise<Tracing | undefined> {
  if (!isTracingOn(env)) return undefined;
  const faults: string[] = [];
  const exporter = env.OTEL_TRACES_EXPORTER || 'otlp';
  if (exporter !== 'otlp') faults.push('OTEL_TRACES_EXPORTER: must be otlp or none');
  for (const name of ['OTEL_EXPORTER_OTLP_TRACES_PROTOCOL', 'OTEL_EXPORTER_OTLP_PROTOCOL']) {
    const protocol = env[name] || 'http/protobuf';
    if (protocol !== 'http/protobuf') faults.push(`${name}: must be http/protobuf (port 4318 of a collector)`);
  }
  if (faults.length > 0) throw new SettingsError(faults);
  // Here and not above: whoever does not trace loads none of it.
  const { openTelemetry } = await import('./open-telemetry.js');
  log.info({ sampler: env.OTEL_TRACES_SAMPLER || 'parentbased_always_on' }, 'traces are sent');
  return openTelemetry(service, log);
}

const parentForm = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}$/;
const stateForm = /^[\x20-\x7e]{1,512}$/;

/** The context, when it has the form of one; what a caller may send is bounded by it. */
export function traceHeaders(traceparent: string | undefined, tracestate?: string): TraceHeaders | undefined {
  if (traceparent === undefined || !parentForm.test(traceparent)) return undefined;
  return tracestate !== undefined && stateForm.test(tracestate) ? { traceparent, tracestate } : { traceparent };
}

/** Of a request. Several lines of a state are one list, which Node has joined. */
export function traceOfRequest({ traceparent, tracestate }: IncomingHttpHeaders): TraceHeaders | undefined {
  if (typeof traceparent !== 'string') return undefined;
  return traceHeaders(traceparent, typeof tracestate === 'string' ? tracestate : tracestate?.join(','));
}

/** Of a record. */
export function traceOfRecord(message: KafkaMessage): TraceHeaders | undefined {
  const traceparent = headerText(message, 'traceparent');
  return traceparent === undefined ? undefined : traceHeaders(traceparent, headerText(message, 'tracestate'));
}

/** Of a batch no more records than these get a span of their own; the others keep the one they came with. */
const mostSpansOfBatch = 100;

/** Spans of the records of one batch, which end together: with the transaction, or the block, that answers for all. */
export class BatchSpans {
  private readonly spans: Span[] = [];

  constructor(
    private readonly tracing: Tracing | undefined,
    private readonly name: string,
    private readonly attributes: Record<string, string | number>,
  ) {}

  /** Begins a span for a record that comes with a sampled trace; answers what its results carry on. */
  begin(message: KafkaMessage): TraceHeaders | undefined {
    const parent = traceOfRecord(message);
    if (!parent || !this.tracing || this.spans.length >= mostSpansOfBatch || !isSampled(parent)) return parent;
    const offset = Number(message.offset);
    const attributes = { ...this.attributes, 'messaging.kafka.offset': offset };
    const span = this.tracing.start(this.name, 'consumer', parent, attributes);
    this.spans.push(span);
    return span.headers;
  }

  end(error?: unknown): void {
    for (const span of this.spans.splice(0)) span.end(error === undefined ? {} : { error });
  }
}

const isSampled = ({ traceparent }: TraceHeaders): boolean => (Number.parseInt(traceparent.slice(-2), 16) & 1) === 1;

/** What all spans of a batch say, by OpenTelemetry's conventions for messaging. */
export const batchAttributes = (topic: string, partition: number): Record<string, string | number> => ({
  'messaging.system': 'kafka',
  'messaging.operation.type': 'process',
  'messaging.destination.name': topic,
  'messaging.destination.partition.id': String(partition),
});
