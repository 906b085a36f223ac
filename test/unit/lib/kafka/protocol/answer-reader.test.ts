import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { AnswerReader } from '../../../../../services/lib/kafka/protocol/answer-reader';

const framed = (payload: Buffer): Buffer => {
  const size = Buffer.alloc(4);
  size.writeInt32BE(payload.length);
  return Buffer.concat([size, payload]);
};

/** Gives the bytes as a socket would: as many as there is room for, or fewer. */
function read(bytes: Buffer, pieces: readonly number[]): Buffer[] {
  const answers: Buffer[] = [];
  const reader = new AnswerReader((answer) => answers.push(answer));
  for (let at = 0, turn = 0; at < bytes.length; turn++) {
    const room = reader.room();
    expect(room.length).toBeGreaterThan(0);
    const count = Math.min(room.length, bytes.length - at, pieces[turn % pieces.length]);
    bytes.copy(room, 0, at, at + count);
    reader.took(count);
    at += count;
  }
  return answers;
}

const arbitraryAnswer = fc
  .tuple(fc.oneof(fc.nat(40), fc.nat(3_000), fc.integer({ min: 65_500, max: 65_560 }), fc.nat(300_000)), fc.nat(255))
  .map(([size, fill]) => Buffer.from(Uint8Array.from({ length: size }, (_, index) => fill + index)));

describe('AnswerReader', () => {
  test('gives each answer whole and once, however the bytes come', () => {
    fc.assert(
      fc.property(
        fc.array(arbitraryAnswer, { maxLength: 8 }),
        fc.array(fc.oneof(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 200_000 })), {
          minLength: 1,
          maxLength: 5,
        }),
        (payloads, pieces) => {
          // A stream of single bytes through 300,000 is slow and says nothing more than one of a few.
          fc.pre(pieces.some((piece) => piece > 1_000) || payloads.every(({ length }) => length < 3_000));
          const answers = payloads.map(framed);
          const given = read(Buffer.concat(answers), pieces);
          // Not `toEqual`: it takes a minute for megabytes.
          expect(given.map((answer, index) => answer.equals(answers[index]))).toEqual(answers.map(() => true));
        },
      ),
      { numRuns: 200 },
    );
  });

  test('leaves an answer as it is while the next ones come', () => {
    const [first, ...rest] = [1, 2, 3].map((fill) => framed(Buffer.alloc(1_000, fill)));
    const [kept] = read(Buffer.concat([first, ...rest]), [1_500]);
    expect(kept).toEqual(first);
  });

  test.each([
    ['a negative size', Buffer.from([255, 255, 255, 255, 0])],
    ['an HTTP server', Buffer.from('HTTP/1.1 400 Bad Request\r\n')],
    ['a TLS server', Buffer.from([0x15, 3, 3, 0, 2, 2, 70])],
  ])('refuses %s', (_, bytes) => {
    expect(() => read(bytes, [bytes.length])).toThrow(RangeError);
  });
});
