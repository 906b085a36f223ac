import pino from 'pino';

export type Log = pino.Logger;

/** JSON lines on standard output, with the service's name. */
export const createLog = (service: string, level: string): Log =>
  pino({ level, base: { service }, timestamp: pino.stdTimeFunctions.isoTime });
