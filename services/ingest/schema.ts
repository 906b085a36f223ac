import type { InteractionEvent } from '../../schemas/types';
import { AvroCodec } from '../lib/avro';
import { within } from '../lib/deadline';
import type { Log } from '../lib/log';
import { patiently } from '../lib/patience';
import { refusalOf } from '../lib/refusal';
import { topics, valueSchemas } from '../lib/topics';

/** A registry that accepts connections and says nothing would hold the start up for ever. */
const registerWithinMs = 5_000;

/**
 * The raw event's schema, registered as soon as the registry lets it. Once registered its id is known for the life of
 * the process, and the registry may go away.
 */
export class RegisteredSchema {
  private codec?: AvroCodec<InteractionEvent>;
  private reason = 'schema registry: not asked yet';
  private stopped = false;

  constructor(
    private readonly registryUrl: string,
    private readonly log: Log,
  ) {
    this.registerPatiently().catch(() => undefined);
  }

  /** Why nothing can be encoded; empty when it can. */
  notReady(): string[] {
    return this.codec ? [] : [this.reason];
  }

  /** The event in Confluent's framing. Call it only when ready. */
  encode(event: InteractionEvent): Buffer {
    if (!this.codec) throw new Error(this.reason);
    return this.codec.encode(event);
  }

  stop(): void {
    this.stopped = true;
  }

  private async registerPatiently(): Promise<void> {
    const register = async (): Promise<AvroCodec<InteractionEvent>> => {
      try {
        const subject = `${topics.raw}-value`;
        const codec = AvroCodec.register<InteractionEvent>(this.registryUrl, subject, valueSchemas[topics.raw]);
        return await within(registerWithinMs, codec);
      } catch (error) {
        this.reason = `schema registry: ${refusalOf(error) ?? (error as Error).message}`;
        throw error;
      }
    };
    this.codec = await patiently('registering the schema', this.log, register, () => this.stopped);
    this.log.info({ schema_id: this.codec.schemaId }, 'schema registered');
  }
}
