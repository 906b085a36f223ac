import type { SessionCommand } from '../../../schemas/types';
import type { AvroCodec } from '../../lib/avro';
import type { Kafka, Producer } from '../../lib/kafka/kafkajs';
import { topics } from '../../lib/topics';

/** A batch of records counts as one message to the broker, which takes 16 MB. */
const requestBytes = 4 * 1_048_576;

/**
 * Writes commands to `sessions.commands`, each to the partition that its customer's events come by.
 *
 * At least once: sessionize carries a command out once, whatever comes again.
 */
export class CommandProducer {
  private constructor(
    private readonly producer: Producer,
    private readonly codec: AvroCodec<SessionCommand>,
  ) {}

  static async connect(kafka: Kafka, codec: AvroCodec<SessionCommand>): Promise<CommandProducer> {
    const producer = kafka.producer({
      allowAutoTopicCreation: false,
      createPartitioner:
        () =>
        ({ message }) =>
          message.partition as number,
      retry: { retries: 5 },
    });
    await producer.connect();
    return new CommandProducer(producer, codec);
  }

  encode(command: SessionCommand): Buffer {
    return this.codec.encode(command);
  }

  /** Resolves, when all are stored by all replicas, with the offset behind the last one. */
  async send(partition: number, commands: readonly { customer_id: string; value: Buffer }[]): Promise<number> {
    let end = 0;
    for (let from = 0; from < commands.length; ) {
      let [to, bytes] = [from, 0];
      while (to < commands.length && (to === from || bytes + commands[to].value.length <= requestBytes)) {
        bytes += commands[to].value.length;
        to += 1;
      }
      const messages = commands
        .slice(from, to)
        .map(({ customer_id, value }) => ({ key: customer_id, value, partition }));
      const [stored] = await this.producer.send({ topic: topics.commands, messages, acks: -1 });
      // kafkajs can resolve without an answer when leadership moves during a retry.
      if (stored?.partition !== partition) throw new Error('commands were not acknowledged');
      end = Number(stored.baseOffset) + messages.length;
      from = to;
    }
    return end;
  }

  async close(): Promise<void> {
    await this.producer.disconnect();
  }
}
