import { connect as connectPlain, isIP, type NetConnectOpts, type OnReadOpts, type Socket } from 'node:net';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { AnswerReader } from './answer-reader';

interface StockConnection {
  chunks: Buffer[];
  bytesBuffered: number;
  authHandlers: object | null;
  requestQueue: { fulfillRequest(answer: { size: number; correlationId: number; payload: Buffer }): void };
  processData(answer: Buffer): void;
}
interface SocketRequest {
  host: string;
  port: number;
  ssl?: ConnectionOptions | null;
  onConnect: () => void;
}

const keepAliveDelayMs = 60_000;
const headBytes = 8;

const Connection = require('kafkajs/src/network/connection') as new (...args: unknown[]) => StockConnection;

/** kafkajs' connection, given whole answers (`answerSockets`): nothing is left to be joined. */
export class LeanConnection extends Connection {
  override processData(answer: Buffer): void {
    // Of SASL some answers have no correlation id: what kafkajs makes of a whole one is right.
    if (this.authHandlers) {
      this.chunks = [];
      this.bytesBuffered = 0;
      super.processData(answer);
      return;
    }
    const correlationId = answer.readInt32BE(4);
    this.requestQueue.fulfillRequest({ size: answer.length - 4, correlationId, payload: answer.subarray(headBytes) });
  }
}

/** kafkajs' socket factory, of sockets whose `data` is one whole answer each. */
export const answerSockets =
  () =>
  ({ host, port, ssl, onConnect }: SocketRequest): Socket => {
    const reader = new AnswerReader((answer) => socket.emit('data', answer));
    const onread = {
      buffer: () => reader.room(),
      callback: (bytes: number) => {
        try {
          reader.took(bytes);
        } catch (error) {
          socket.destroy(error as Error);
        }
        return true;
      },
    };
    const target = { host, port, onread: onread as unknown as OnReadOpts } satisfies NetConnectOpts;
    const socket: Socket = ssl
      ? connectTls({ ...target, ...(isIP(host) === 0 && { servername: host }), ...ssl } as ConnectionOptions, onConnect)
      : connectPlain(target, onConnect);
    socket.setKeepAlive(true, keepAliveDelayMs);
    return socket;
  };
