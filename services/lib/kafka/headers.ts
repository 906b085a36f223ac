import type { KafkaMessage } from './kafkajs';
import { LeanRecord } from './protocol/lean-record';

/** Text of a header; undefined where there is none, of several of one name the first. Names are ASCII. */
export function headerText(message: KafkaMessage, name: string): string | undefined {
  if (message instanceof LeanRecord) return message.headerText(name);
  const value = message.headers?.[name];
  return (Array.isArray(value) ? value[0] : value)?.toString();
}

/** A header that holds a decimal number, likewise. */
export function headerNumber(message: KafkaMessage, name: string): number | undefined {
  if (message instanceof LeanRecord) return message.headerNumber(name);
  const text = headerText(message, name);
  return text === undefined ? undefined : Number(text);
}
