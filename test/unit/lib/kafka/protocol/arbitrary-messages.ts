import fc from 'fast-check';
import type { Message } from '../../../../../services/lib/kafka/kafkajs';

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((each) => Buffer.from(each));
const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength });
const value = (maxLength: number) =>
  fc.oneof(fc.constant(null), fc.constant(''), text(maxLength), fc.string({ maxLength }), bytes(maxLength));
const header = fc.oneof(text(40), bytes(40), fc.array(fc.oneof(text(10), bytes(200)), { maxLength: 3 }));

/** Stock kafkajs reads a header of such a name as an array that begins with what every object has. */
const isOrdinary = (name: string): boolean => !(name in {});
const headers = fc.dictionary(
  fc.oneof(fc.string({ unit: 'binary', maxLength: 12 }).filter(isOrdinary), fc.constantFrom('kind', 'nonce')),
  header,
  { maxKeys: 4 },
);
const around = 1_764_000_000_000;
const timestamp = fc.oneof(
  fc.integer({ min: -200, max: 200 }).map((delta) => String(around + delta)),
  fc.integer({ min: 0, max: 2 * around }).map(String),
  fc.constantFrom('0', '1', '9', '10', '-1', String(Number.MAX_SAFE_INTEGER)),
);

const arbitraryMessage: fc.Arbitrary<Message> = fc.record(
  {
    key: value(40),
    value: fc.oneof({ weight: 5, arbitrary: value(300) }, { weight: 1, arbitrary: value(20_000) }),
    headers: fc.oneof(fc.constant(undefined), headers),
    timestamp,
  },
  { requiredKeys: ['value'] },
) as fc.Arbitrary<Message>;

export const arbitraryMessages = fc.array(arbitraryMessage, { minLength: 1, maxLength: 40 });

export const arbitraryProduce = fc.record(
  {
    acks: fc.constantFrom(-1, 0, 1),
    timeout: fc.integer({ min: 0, max: 0x7fffffff }),
    transactionalId: fc.oneof(fc.constant(null), fc.string()),
    producerId: fc.oneof(fc.bigInt({ min: -1n, max: 2n ** 63n - 1n }).map(String), fc.integer({ min: -1 })),
    producerEpoch: fc.integer({ min: 0, max: 0x7fff }),
    compression: fc.constantFrom(0, 0, 1),
    topicData: fc.array(
      fc.record({
        topic: text(20),
        partitions: fc.array(
          fc.record(
            {
              partition: fc.nat(100),
              messages: arbitraryMessages,
              firstSequence: fc.integer({ min: 0, max: 0x7fffffff }),
            },
            { requiredKeys: ['partition', 'messages'] },
          ),
          { maxLength: 3 },
        ),
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: ['acks', 'timeout', 'topicData'] },
);
