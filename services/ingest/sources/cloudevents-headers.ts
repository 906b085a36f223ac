import { type Fault, fault } from '../domain/fault';
import type { SentAs } from './source';

const prefix = 'ce-';

/** Binary mode: the envelope in headers, `data` as the body. A CloudEvents media type means structured, whatever else. */
export const isBinary = ({ mediaType, headers }: SentAs): boolean =>
  'ce-specversion' in headers &&
  !mediaType.startsWith('application/cloudevents') &&
  /^[a-z-]+\/(?:[\w.-]+\+)?json$/.test(mediaType);

/** The structured form of a binary request. */
export function binaryEnvelope(
  { headers }: SentAs,
  data: unknown,
): { envelope: Record<string, unknown> } | { faults: Fault[] } {
  const envelope: Record<string, unknown> = {};
  const faults: Fault[] = [];
  for (const [header, value] of Object.entries(headers)) {
    if (!header.startsWith(prefix)) continue;
    const name = header.slice(prefix.length);
    const decoded = typeof value === 'string' ? decode(value) : undefined;
    if (decoded === undefined) faults.push(fault(header, 'wrong_format', 'is not a percent-encoded header value'));
    else envelope[name] = decoded;
  }
  return faults.length > 0 ? { faults } : { envelope: { ...envelope, data } };
}

/** HTTP binding 3.1.3.2: an optional quoted string, then percent-encoding. */
function decode(value: string): string | undefined {
  const quoted = /^"(.*)"$/.exec(value);
  const text = quoted ? quoted[1].replace(/\\(.)/g, '$1') : value;
  try {
    return decodeURIComponent(text);
  } catch {
    return undefined;
  }
}
