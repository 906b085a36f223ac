import { describe, expect, test } from '@jest/globals';
import { channelColours, outcomeColours, seriesColours } from '../../../dashboards/lib/colours';

/** Machado, Oliveira and Fernandes 2009, severity 1: what of linear RGB is seen. */
const seenBy = {
  everybody: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

const linear = (hex: string): number[] =>
  [1, 3, 5].map((at) => {
    const value = Number.parseInt(hex.slice(at, at + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  });
const times = (matrix: readonly (readonly number[])[], vector: readonly number[]): number[] =>
  matrix.map((row) => row.reduce((sum, factor, index) => sum + factor * vector[index]!, 0));

/** CIE L*a*b* under D65. */
function lab(rgb: readonly number[]): number[] {
  const xyz = times(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    rgb.map((one) => Math.min(1, Math.max(0, one))),
  );
  const [x, y, z] = xyz.map((value, index) => {
    const t = value / [0.9505, 1, 1.089][index]!;
    return t > 0.008856 ? Math.cbrt(t) : 7.787 * t + 16 / 116;
  }) as [number, number, number];
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

/** The least difference (CIE76) between two of the colours as somebody sees them. */
function least(
  colours: Readonly<Record<string, string>>,
  eyes: keyof typeof seenBy,
): { pair: string; difference: number } {
  const seen = Object.entries(colours).map(([name, hex]) => ({ name, lab: lab(times(seenBy[eyes], linear(hex))) }));
  const pairs = seen.flatMap((a, index) =>
    seen.slice(index + 1).map((b) => ({
      pair: `${a.name} and ${b.name}`,
      difference: Math.hypot(...a.lab.map((value, axis) => value - b.lab[axis]!)),
    })),
  );
  return pairs.sort((a, b) => a.difference - b.difference)[0]!;
}

describe.each(Object.keys(seenBy) as (keyof typeof seenBy)[])('as %s sees them', (eyes) => {
  const some = Object.fromEntries(Object.entries(channelColours).slice(0, 8));
  test.each([
    { name: 'the eight busiest channels', colours: some, atLeast: 12 },
    { name: 'all channels', colours: channelColours, atLeast: 6 },
    { name: 'outcomes', colours: outcomeColours, atLeast: 12 },
    { name: 'series', colours: Object.fromEntries(seriesColours.map((hex) => [hex, hex])), atLeast: 12 },
  ])('$name differ', ({ colours, atLeast }) => {
    const { pair, difference } = least(colours, eyes);
    expect({ pair, differs: difference >= atLeast, difference }).toEqual({ pair, differs: true, difference });
  });
});
