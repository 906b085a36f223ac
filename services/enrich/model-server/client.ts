import { InvalidAnswer, type Labels, type Protocol, type ServedText } from './protocol';

/** Why a call gave nothing, countable. */
export type CallFault = 'timeout' | 'connection' | 'throttled' | 'status' | 'invalid';

export class CallFailed extends Error {
  constructor(readonly fault: CallFault) {
    super(fault);
  }
}

/** More than this no answer to a batch needs. */
const maxAnswerBytes = 4 * 1024 * 1024;

export interface CallOptions {
  url: string;
  key: string | undefined;
  protocol: Protocol;
  labels: Labels;
}

/** One call: as many answers as texts, in order. Rejects with CallFailed, whatever went wrong; its text names no content and no secret. */
export async function call(
  { url, key, protocol, labels }: CallOptions,
  texts: readonly ServedText[],
  timeoutMs: number,
): Promise<unknown[]> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const response = await fetch(protocol.address(url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(key === undefined ? {} : { authorization: `Bearer ${key}` }) },
      body: JSON.stringify(protocol.body(texts, labels)),
      // A redirect could carry texts and key to somewhere that nobody has set.
      redirect: 'error',
      signal,
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new CallFailed(response.status === 429 ? 'throttled' : 'status');
    }
    const answers = protocol.answers(JSON.parse(await limited(response)));
    if (answers.length !== texts.length) throw new InvalidAnswer('as many readings as texts are needed');
    return answers;
  } catch (error) {
    if (error instanceof CallFailed) throw error;
    if (signal.aborted) throw new CallFailed('timeout');
    throw new CallFailed(error instanceof InvalidAnswer || error instanceof SyntaxError ? 'invalid' : 'connection');
  }
}

async function limited(response: Response): Promise<string> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of response.body ?? []) {
    bytes += part.length;
    if (bytes > maxAnswerBytes) throw new InvalidAnswer('the answer is too long');
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
}
