import type { IncomingHttpHeaders } from 'node:http';
import type { Refused } from './body';
import type { SentAs } from './sources/source';

/** The media type and headers of a request, or why its body cannot be read (415). */
export function sentAsOf(headers: IncomingHttpHeaders): { sentAs: SentAs } | { refused: Refused } {
  const [mediaType, ...parameters] = (headers['content-type'] ?? '').toLowerCase().split(';');
  const charset = parameters.map((it) => it.trim()).find((it) => it.startsWith('charset='));
  if (charset && !/^charset="?utf-?8"?$/.test(charset)) return refuse('unsupported_charset', 'the body must be UTF-8');
  const encoding = headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding !== 'identity') return refuse('unsupported_encoding', 'compressed bodies are not read: send it plain');
  return { sentAs: { mediaType: mediaType.trim(), headers } };
}

/** 415 for a media type that a source does not take. */
export function unsupportedMediaType(mediaType: string, taken: readonly string[]): Refused {
  const sent = mediaType === '' ? 'no Content-Type was sent' : `Content-Type ${mediaType.slice(0, 100)} is not taken`;
  return refuse('unsupported_media_type', `${sent}: use ${taken.join(', ')}`).refused;
}

const refuse = (reason: string, message: string) => ({ refused: { status: 415, reason, message } });
