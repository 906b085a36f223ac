import assert from 'node:assert/strict';
import type avro from 'avsc';
import { schemaTexts } from '../../../schemas/types';
import { avroType } from '../../../services/lib/avro';
import { fastType, writerOf } from '../../../services/lib/avro-types';
import { inputFields } from '../../../services/sessionize/input';
import { changeSet, enrichedEvent } from './values';

/**
 * Processor time of encoding a change set and of decoding what sessionize reads of an enriched event, avsc and ours in
 * turn: see README.md.
 */
const setting = (name: string, standard: number): number => Number(process.env[name] ?? standard);
const rounds = setting('ROUNDS', 15);
const repeats = setting('REPEATS', 5000);

const median = (values: number[]): number => values.sort((a, b) => a - b)[values.length >> 1];

function microseconds(work: (index: number) => void): number {
  const start = process.cpuUsage();
  for (let index = 0; index < repeats; index++) work(index);
  const { user, system } = process.cpuUsage(start);
  return (user + system) / repeats;
}

function compare(name: string, works: Record<string, (index: number) => void>): void {
  const names = Object.keys(works);
  const times = new Map(names.map((it) => [it, [] as number[]]));
  for (let round = -5; round < rounds; round++) {
    for (const it of round % 2 ? names : names.toReversed()) {
      const time = microseconds(works[it]);
      if (round >= 0) times.get(it)?.push(time);
    }
  }
  for (const [it, all] of times) console.log(`${name} ${it}: ${median(all).toFixed(2)} us`);
}

function encoding(): void {
  const type = avroType('session-change-set.v1');
  const ours = writerOf(fastType(JSON.parse(schemaTexts['session-change-set.v1'])), type);
  const values = Array.from({ length: 64 }, (_, index) => changeSet(index));
  const slab = Buffer.allocUnsafeSlow(256 * 1024);
  const bytes = values.map((value) => type.toBuffer(value));
  for (const [index, value] of values.entries()) {
    if (!slab.subarray(0, ours(value, slab, 0)).equals(bytes[index])) throw new Error('not the same bytes');
  }
  console.log(`a change set has ${bytes[0].length} bytes`);
  compare('encode', {
    avsc: (index) => void type.encode(values[index & 63], slab, (index & 63) * 2048),
    ours: (index) => void ours(values[index & 63], slab, (index & 63) * 2048),
  });
}

function decoding(): void {
  const schema = JSON.parse(schemaTexts['enriched-event.v1']) as { fields: { name: string }[] };
  const narrow = { ...schema, fields: schema.fields.filter(({ name }) => inputFields.includes(name)) };
  const type = avroType('enriched-event.v1');
  const events = Array.from({ length: 4096 }, (_, index) => type.toBuffer(enrichedEvent(index)));
  const reading = (typeOf: (schema: object) => avro.Type): ((index: number) => unknown) => {
    const reader = typeOf(narrow);
    const resolver = reader.createResolver(typeOf(schema));
    return (index) => reader.decode(events[index & 4095], 0, resolver).value;
  };
  const stock = reading(avroType);
  const ours = reading((it) => fastType(it as avro.Schema));
  for (const index of events.keys()) assert.deepEqual({ ...(ours(index) as object) }, { ...(stock(index) as object) });
  console.log(`an enriched event has ${events[0].length} bytes`);
  compare('decode', { avsc: (index) => void stock(index), ours: (index) => void ours(index) });
}

encoding();
decoding();
