import { invisible } from './fold';

/** A stretch of a text to be replaced: [start, end) in UTF-16 units. */
export interface Span {
  start: number;
  end: number;
}

/** Groups of digits that only spaces, dots, dashes, slashes and brackets part: `+351 912 345 678` has four. */
export interface Run {
  groups: Span[];
  /** All digits of the run. */
  digits: string;
  /** Where each group's digits begin in `digits`; one entry more at the end. */
  offsets: number[];
}

/** Between two groups of a run at most so many. */
const maxGap = 3;
const between = new RegExp(`^[ .\\-/()${invisible}]+$`);
const innerGap = new RegExp(`[0-9](?:${invisible}*[0-9])*`, 'g');

/** All runs, in order. Linear in the text. */
export function runsOf(folded: string): Run[] {
  const runs: Run[] = [];
  let groups: Span[] = [];
  const close = (): void => {
    if (groups.length > 0) runs.push(runOf(folded, groups));
    groups = [];
  };
  for (const match of folded.matchAll(innerGap)) {
    const start = match.index;
    const last = groups.at(-1);
    const isNext = last !== undefined && start - last.end <= maxGap && between.test(folded.slice(last.end, start));
    if (!isNext) close();
    groups.push({ start, end: start + match[0].length });
  }
  close();
  return runs;
}

function runOf(folded: string, groups: Span[]): Run {
  const offsets = [0];
  const parts = groups.map(({ start, end }) => {
    const part = folded.slice(start, end).replaceAll(invisible, '');
    offsets.push(offsets[offsets.length - 1] + part.length);
    return part;
  });
  return { groups, digits: parts.join(''), offsets };
}

/** Whole groups of a run, `from` to `to` (that included). */
export interface Candidate extends Span {
  digits: string;
  /** Digits in each group. */
  shape: number[];
  /** What parts the groups, one text between each two. */
  gaps: string[];
}

export function candidateOf(folded: string, run: Run, from: number, to: number): Candidate {
  const groups = run.groups.slice(from, to + 1);
  return {
    start: groups[0].start,
    end: groups[groups.length - 1].end,
    digits: run.digits.slice(run.offsets[from], run.offsets[to + 1]),
    shape: groups.map((_, index) => run.offsets[from + index + 1] - run.offsets[from + index]),
    gaps: groups.slice(1).map(({ start }, index) => folded.slice(groups[index].end, start)),
  };
}

/** A run of more groups is a list or an attack; a number in it has at most so many groups, else each place would be looked at for long. */
const longRun = 64;
const groupsInLongRun = 6;

/**
 * Looks for numbers in a run: at each group the longest candidate of `min` to `max` digits that `accept` takes, else on from the
 * next group. Bounded: a candidate has at most `max` groups.
 */
export function pick(
  folded: string,
  run: Run,
  [min, max]: [min: number, max: number],
  accept: (candidate: Candidate) => Span | undefined,
): Span[] {
  const found: Span[] = [];
  if (run.digits.length < min) return found;
  const isLong = run.groups.length > longRun;
  for (let from = 0; from < run.groups.length; from++) {
    let to = from;
    while (to + 1 < run.groups.length && run.offsets[to + 2] - run.offsets[from] <= max) to++;
    for (; to >= from && run.offsets[to + 1] - run.offsets[from] >= min; to--) {
      if (run.offsets[to + 1] - run.offsets[from] > max) continue;
      if (isLong && to - from >= groupsInLongRun) continue;
      const span = accept(candidateOf(folded, run, from, to));
      if (!span) continue;
      found.push(span);
      from = to;
      break;
    }
  }
  return found;
}
