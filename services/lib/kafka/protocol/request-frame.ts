import { encoderOf, type KafkajsEncoder } from './kafkajs-internals';

interface FrameOptions {
  correlationId: number;
  clientId: string | null;
  request: { apiKey: number; apiVersion: number; encode(): Promise<KafkajsEncoder> };
}

/** Stands for kafkajs' `protocol/request`: head and payload in one buffer; stock copies the payload twice, growing. */
export async function frameRequest({ correlationId, clientId, request }: FrameOptions): Promise<KafkajsEncoder> {
  const payload = await request.encode();
  const clientIdSize = clientId == null ? -1 : Buffer.byteLength(clientId);
  const headSize = 14 + Math.max(clientIdSize, 0);
  const frame = Buffer.allocUnsafe(headSize + payload.offset);
  let at = frame.writeInt32BE(frame.length - 4, 0);
  at = frame.writeInt16BE(request.apiKey, at);
  at = frame.writeInt16BE(request.apiVersion, at);
  at = frame.writeInt32BE(correlationId, at);
  at = frame.writeInt16BE(clientIdSize, at);
  if (clientIdSize > 0) frame.write(clientId as string, at);
  payload.buf.copy(frame, headSize, 0, payload.offset);
  return encoderOf(frame, frame.length);
}
