import type { FastifyReply } from 'fastify';
import type { Refused } from './body';

/** A refusal that says when to come again. */
export interface Refusal extends Refused {
  retryAfterSeconds?: number;
}

export const unavailableRetrySeconds = 5;
export const overloadedRetrySeconds = 1;

/** Answers with why a request is refused. */
export function sendRefusal(reply: FastifyReply, { status, retryAfterSeconds, ...why }: Refusal): FastifyReply {
  if (retryAfterSeconds !== undefined) reply.header('retry-after', retryAfterSeconds);
  if (status === 401) reply.header('www-authenticate', 'Bearer');
  return reply.code(status).send(why);
}

/** 503: the sender does right to send the same again. */
export function sendUnavailable(
  reply: FastifyReply,
  reason: string,
  message: string,
  retryAfterSeconds: number,
): FastifyReply {
  const refusal = { status: 503, reason, message: `${message}; nothing was accepted`, retryAfterSeconds };
  return sendRefusal(reply, refusal);
}

export const tooLarge = (maxBytes: number): Refused => ({
  status: 413,
  reason: 'body_too_large',
  message: `the body is larger than ${maxBytes} bytes: send the events in several requests`,
});
