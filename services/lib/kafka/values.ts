import type { KafkaMessage } from './kafkajs';
import { frameIdAt } from './protocol/frame';
import { LeanRecord } from './protocol/lean-record';

/** Bytes of a value, without a buffer made for it; 0 where there is none. */
export const valueBytes = (message: KafkaMessage): number =>
  message instanceof LeanRecord ? message.valueBytes : (message.value?.length ?? 0);

/** Kafka's time of a record, epoch ms, without a text made of it. */
export const timeOf = (message: KafkaMessage): number =>
  message instanceof LeanRecord ? message.time : Number(message.timestamp);

/** The latest of some records; 0 if there are none. */
export const latestTimeOf = (messages: readonly KafkaMessage[]): number =>
  messages.reduce((latest, message) => Math.max(latest, timeOf(message)), 0);

/** All values behind one another, each copied once, into what `room` answers to their bytes. */
export function joinedValues(messages: readonly KafkaMessage[], room: (bytes: number) => Buffer): Buffer {
  const joined = room(messages.reduce((sum, message) => sum + valueBytes(message), 0));
  let at = 0;
  for (const message of messages) {
    if (message instanceof LeanRecord) message.copyValue(joined, at);
    else message.value?.copy(joined, at);
    at += valueBytes(message);
  }
  return joined;
}

/** Id of the value's schema in Confluent's framing; undefined when the value is not framed so. */
export function frameIdOf(message: KafkaMessage): number | undefined {
  if (message instanceof LeanRecord) return message.frameId;
  return message.value ? frameIdAt(message.value, 0, message.value.length) : undefined;
}
