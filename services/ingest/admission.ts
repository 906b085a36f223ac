import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Gate } from './access/gate';
import type { Entry, SignatureEntry } from './access/rules';
import type { Refused } from './body';
import { nestsDeeper } from './domain/json-depth';
import { limits } from './domain/limits';
import type { Hold, InFlight } from './in-flight';
import { overloadedRetrySeconds, type Refusal, sendUnavailable, tooLarge, unavailableRetrySeconds } from './replies';
import { sentAsOf, unsupportedMediaType } from './sent-as';
import type { IngestSettings } from './settings';
import type { Form, SentAs, Source } from './sources/source';
import { commonNameOf } from './tls';

/** What is known of a request by its head: what it is for, and who sends it or must still prove so by its body. */
export interface Taking {
  /** The name of the source. */
  name: string;
  source: Source;
  sentAs: SentAs;
  caller: Entry | undefined;
  candidates: readonly SignatureEntry[];
}

declare module 'fastify' {
  interface FastifyRequest {
    hold?: Hold;
    taking?: Taking;
  }
}

export interface AdmissionDeps {
  settings: Pick<IngestSettings, 'INGEST_MAX_BODY_BYTES' | 'INGEST_PUBLIC_URL' | 'INGEST_CORS_ORIGINS'>;
  gate: Gate;
  inFlight: InFlight;
  notReady(): string[];
  now(): number;
  refuse(reply: FastifyReply, refusal: Refusal): FastifyReply;
}

/** Which source a request is for, under the name that keys are scoped by. */
export type SourceOf = (request: FastifyRequest, sentAs: SentAs) => { name: string; source: Source } | Refused;

/** Judges a request by its head. Whoever is refused here never has its body held in memory. */
export function admission({ settings, gate, inFlight, notReady, now, refuse }: AdmissionDeps) {
  return (sourceOf: SourceOf, mediaTypes?: readonly string[]) =>
    async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
      const read = sentAsOf(request.headers);
      if ('refused' in read) return refuse(reply, read.refused);
      const found = sourceOf(request, read.sentAs);
      if ('status' in found) return refuse(reply, found);
      const { name, source } = found;
      const admitted = gate.admit(
        { source: name, headers: request.headers, urlKey: urlKeyOf(request), commonName: commonNameOf(request.raw) },
        now(),
      );
      if ('refused' in admitted) return refuse(reply, admitted.refused);
      const caller = 'caller' in admitted ? admitted.caller : undefined;
      const candidates = 'candidates' in admitted ? admitted.candidates : [];
      if (!source.form(read.sentAs)) {
        return refuse(reply, unsupportedMediaType(read.sentAs.mediaType, mediaTypes ?? source.mediaTypes));
      }
      if (source.unaskedTypes?.includes(read.sentAs.mediaType) && !isListed(request, settings.INGEST_CORS_ORIGINS)) {
        return refuse(reply, {
          status: 403,
          reason: 'origin_not_listed',
          message: `${read.sentAs.mediaType} is taken from pages alone whose origin INGEST_CORS_ORIGINS lists`,
        });
      }
      const reasons = notReady();
      if (reasons.length > 0) {
        return sendUnavailable(reply, 'not_ready', reasons.join('; '), unavailableRetrySeconds);
      }
      // Without a length the body counts as the largest one until it is here.
      const maxBytes = maxBytesOf(caller ? [caller] : candidates, settings.INGEST_MAX_BODY_BYTES);
      const bytes = Number(request.headers['content-length'] ?? maxBytes);
      if (bytes > maxBytes) return refuse(reply, tooLarge(maxBytes));
      const hold = inFlight.hold(bytes);
      if (!hold) return sendUnavailable(reply, 'overloaded', 'too much is under way', overloadedRetrySeconds);
      request.hold = hold;
      request.taking = { name, source, sentAs: read.sentAs, caller, candidates };
      reply.raw.once('close', () => hold.release());
      return undefined;
    };
}

/** Judges a request by its body as well: its signature, and the bounds of its sender. */
export function refusalOfBody(
  body: Buffer,
  request: FastifyRequest,
  { settings, gate, now }: Pick<AdmissionDeps, 'settings' | 'gate' | 'now'>,
): Refusal | undefined {
  const { source, sentAs, caller: known, candidates } = request.taking as Taking;
  let caller = known;
  if (candidates.length > 0) {
    const url = (settings.INGEST_PUBLIC_URL ?? `${request.protocol}://${request.host}`) + request.url;
    const proven = gate.prove(candidates, { body, headers: request.headers, url }, now());
    if ('refused' in proven) return proven.refused;
    caller = proven.caller;
  }
  if (!caller) return undefined;
  const maxBytes = maxBytesOf([caller], settings.INGEST_MAX_BODY_BYTES);
  if (body.length > maxBytes) return tooLarge(maxBytes);
  const depth = caller.max_json_depth ?? limits.jsonDepth;
  if (depth === limits.jsonDepth || !isJson(source.form(sentAs)) || !nestsDeeper(body.toString('utf8'), depth)) {
    return undefined;
  }
  return { status: 400, reason: 'too_deep', message: `the JSON is nested deeper than the ${depth} levels of this key` };
}

/** Browsers name the origin of every POST, and no page can name another. */
const isListed = ({ headers: { origin } }: FastifyRequest, origins: readonly string[]): boolean =>
  origin !== undefined && (origins.includes('*') || origins.includes(origin));

const jsonForms: readonly (Form | undefined)[] = ['one', 'array', 'oneOrArray', 'lines'];
const isJson = (form: Form | undefined): boolean => jsonForms.includes(form);

const maxBytesOf = (entries: readonly Entry[], most: number): number =>
  Math.min(most, Math.max(0, ...entries.map(({ max_body_bytes }) => max_body_bytes ?? most)) || most);

const urlKeyOf = ({ query }: FastifyRequest): string | undefined => {
  const { key } = query as Record<string, unknown>;
  return typeof key === 'string' && key !== '' ? key : undefined;
};
