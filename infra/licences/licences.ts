/** What a package of the lockfile says of itself. */
export interface LockedPackage {
  version?: string;
  license?: string;
  dev?: boolean;
  optional?: boolean;
}

export interface Licensed {
  name: string;
  version: string;
  licence: string;
  /** Goes into the image; the others are for developers. */
  shipped: boolean;
  allowed: boolean;
}

/** May be distributed under Apache-2.0 with notices kept. */
const forAll = [
  'Apache-2.0',
  'MIT',
  'MIT-0',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Zlib',
  'Unlicense',
  'CC0-1.0',
];
/** Used beside the code, never distributed with it. */
const forDevelopers = [...forAll, 'BlueOak-1.0.0', 'CC-BY-4.0', 'Python-2.0', 'MPL-2.0'];

/** Whether an SPDX expression (names, AND, OR, brackets) can be met by licences that are allowed. An unknown form cannot. */
export function isAllowed(expression: string, allowed: readonly string[]): boolean {
  const words = expression.match(/\(|\)|[^\s()]+/g) ?? [];
  let at = 0;
  const one = (): boolean => {
    const word = words[at++];
    if (word !== '(') return word !== undefined && allowed.includes(word);
    const inside = any();
    return words[at++] === ')' && inside;
  };
  const all = (): boolean => {
    let met = one();
    while (words[at] === 'AND') {
      at++;
      met = one() && met;
    }
    return met;
  };
  const any = (): boolean => {
    let met = all();
    while (words[at] === 'OR') {
      at++;
      met = all() || met;
    }
    return met;
  };
  const met = any();
  return met && at === words.length;
}

/**
 * Every package of a lockfile with its licence. `look` answers what the installed package says where the lockfile says
 * nothing, or undefined where it is not installed: made for another platform, and then only for developers.
 */
export function licencesOf(
  packages: Record<string, LockedPackage>,
  look: (path: string) => string | undefined,
): Licensed[] {
  return Object.entries(packages)
    .filter(([path]) => path !== '')
    .map(([path, { version = '', license, dev = false, optional = false }]) => {
      const licence = license ?? look(path);
      const elsewhere = licence === undefined && dev && optional;
      return {
        name: path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length),
        version,
        licence: licence ?? (elsewhere ? '(not for this platform)' : '(none)'),
        shipped: !dev,
        allowed: elsewhere || (licence !== undefined && isAllowed(licence, dev ? forDevelopers : forAll)),
      };
    })
    .sort((a, b) => Number(b.shipped) - Number(a.shipped) || a.name.localeCompare(b.name, 'en'));
}

/** Known texts, by a sentence that only they have. */
const texts: readonly [string, RegExp][] = [
  ['MIT', /Permission is hereby granted, free of charge, to any person obtaining a copy/],
  ['Apache-2.0', /Apache License\s+Version 2\.0/],
  ['ISC', /Permission to use, copy, modify, and\/or distribute this software for any purpose/],
];

/** Which licence a text is; undefined where it is none of the known. */
export const licenceOfText = (text: string): string | undefined =>
  texts.find(([, sentence]) => sentence.test(text))?.[0];
