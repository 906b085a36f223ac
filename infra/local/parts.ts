import type { PartName } from './addresses';
import { kafkaPart } from './kafka';
import { clickhousePart, serviceParts } from './node-parts';
import type { Part } from './part';
import { registryPart } from './registry';

/** Every part, in the order of `partNames`. A new part is one more object here and one more name and port there. */
export const parts: readonly Part[] = [kafkaPart, registryPart, clickhousePart, ...serviceParts];

export const serviceNames: readonly PartName[] = serviceParts.map(({ name }) => name);

export function partNamed(name: PartName): Part {
  const part = parts.find((candidate) => candidate.name === name);
  if (!part) throw new Error(`no part ${name}`);
  return part;
}
