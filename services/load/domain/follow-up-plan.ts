import { contactDays, dayMs } from './follow-up-days';

/** The legs that arrived on a day, as they are now. Days are those of UTC, counted from 1970. */
export interface LegsOfDay {
  day: number;
  legs: number;
  /** Changes whenever a leg of the day is added, taken back or revised; those of several days may be added. */
  checksum: bigint;
  /** When the last of them ended, epoch ms; earlier revisions count too. */
  last_end: number;
}

/** What the last computation of a day was made from. */
export interface WrittenDay {
  day: number;
  window_days: number;
  /** Epoch ms, as the next. */
  as_of: number;
  computed_at: number;
  finished: boolean;
  own_checksum: string;
  around_checksum: string;
}

/** A day to be computed, with what is to be noted of it. */
export interface DayToWrite {
  day: number;
  finished: boolean;
  own_checksum: string;
  around_checksum: string;
}

/** Days in a row that one statement computes, from `from` to before `to`. */
export interface Computation {
  figure: string;
  window_days: number;
  from: number;
  to: number;
  days: DayToWrite[];
}

export interface Known {
  legs: readonly LegsOfDay[];
  written: Readonly<Record<string, readonly WrittenDay[]>>;
  windowsDays: readonly number[];
  /** Up to when everything is known, and the time now: epoch ms. */
  as_of: number;
  now: number;
  /** Legs of earlier days may have been deleted by a TTL: such days stay as they are written. */
  firstDay: number;
  /** Whatever else the figures depend on: a change of it is one of every day. */
  rules: bigint;
}

export interface Limits {
  /** Of one statement; a single day may have more legs. */
  mostDays: number;
  mostLegs: number;
}

/** Legs around a day matter only to contacts that last: such changes wait so long, so that live traffic makes no work of old days. */
const lateAfterMs = dayMs;
/** Days of which many ask: an hour of theirs weighs as much as a day of older ones. */
const recentDays = 35;
const recentWeight = 24;
/** A day that was never computed waits as if it had been so long ago: behind recent ones that are written every hour. */
const neverAgoMs = dayMs / 2;

/**
 * Which days are to be computed, in statements: those never computed, those whose legs have changed since, and those whose
 * windows were open then. Those first whose last computation is longest ago, recent days by a multiple of it: where there is
 * more to do than can be done, each has its turn.
 */
export function planFollowUps(known: Known, limits: Limits): Computation[] {
  const legs = new Map(known.legs.map((of) => [of.day, of]));
  const newest = known.legs.reduce((most, { day }) => Math.max(most, day), 0);
  const plans = Object.entries(known.written).flatMap(([figure, all]) =>
    known.windowsDays.flatMap((window_days) => {
      const written = new Map(all.filter((one) => one.window_days === window_days).map((one) => [one.day, one]));
      const days = [...new Set([...legs.keys(), ...written.keys()])].sort((a, b) => a - b);
      const states = days
        .filter((day) => day >= known.firstDay)
        .map((day) => ({ ...stateOf(day, window_days, legs, known), written: written.get(day) }));
      return ranges(states, window_days, known, legs, limits).map(({ states: range, since }) => ({
        figure,
        window_days,
        from: range[0].day,
        to: range[range.length - 1].day + 1,
        days: range.map(({ written: _, ...day }) => day),
        since,
      }));
    }),
  );
  const weight = ({ to, since }: Computation & { since: number }): number =>
    (known.now - since) * (to > newest - recentDays ? recentWeight : 1);
  return plans.sort((a, b) => weight(b) - weight(a) || b.to - a.to).map(({ since, ...plan }) => plan);
}

/** The two halves of a computation; of a single day none. */
export function halves({ days, ...of }: Computation): Computation[] {
  if (days.length < 2) return [];
  const middle = Math.floor(days.length / 2);
  const part = (some: DayToWrite[]): Computation => ({
    ...of,
    from: some[0].day,
    to: some[some.length - 1].day + 1,
    days: some,
  });
  return [part(days.slice(0, middle)), part(days.slice(middle))];
}

type State = DayToWrite & { written: WrittenDay | undefined };

function stateOf(
  day: number,
  window_days: number,
  legs: ReadonlyMap<number, LegsOfDay>,
  { as_of, rules }: Known,
): DayToWrite {
  const checksum = (from: number, to: number): string => {
    let sum = rules;
    for (let one = from; one <= to; one++) sum += legs.get(one)?.checksum ?? 0n;
    return BigInt.asUintN(64, sum).toString();
  };
  let lastEnd = (day + 1) * dayMs;
  for (let one = day; one <= day + contactDays; one++) lastEnd = Math.max(lastEnd, legs.get(one)?.last_end ?? 0);
  return {
    day,
    finished: as_of >= lastEnd + window_days * dayMs,
    own_checksum: checksum(day, day + window_days + 1),
    around_checksum: checksum(day - contactDays, day + window_days + 2 * contactDays),
  };
}

function isDue(
  state: State,
  window_days: number,
  { as_of, now }: Known,
  legs: ReadonlyMap<number, LegsOfDay>,
): boolean {
  const { day, written, own_checksum, around_checksum } = state;
  if (!written) return legs.has(day);
  if (written.own_checksum !== own_checksum) return true;
  // Nearly all contacts of a day end on it or the next: between these times as_of closes their windows.
  const firstWindowEnds = (day + window_days) * dayMs;
  if (written.as_of < firstWindowEnds + 2 * dayMs && as_of > Math.max(written.as_of, firstWindowEnds)) return true;
  const isOpen = !written.finished && as_of > written.as_of;
  return now - written.computed_at >= lateAfterMs && (isOpen || written.around_checksum !== around_checksum);
}

/** Due days in as few statements as the limits allow: what lies between two of them is computed with them, where that is little. */
function ranges(
  states: readonly State[],
  window_days: number,
  known: Known,
  legs: ReadonlyMap<number, LegsOfDay>,
  { mostDays, mostLegs }: Limits,
): { states: State[]; since: number }[] {
  const found: { states: State[]; since: number }[] = [];
  let between: State[] = [];
  const count = (some: readonly State[]): number => some.reduce((sum, { day }) => sum + (legs.get(day)?.legs ?? 0), 0);
  // From the newest, so that what is left over is old.
  for (const state of [...states].reverse()) {
    if (!isDue(state, window_days, known, legs)) {
      between.push(state);
      continue;
    }
    const since = state.written?.computed_at ?? known.now - neverAgoMs;
    const last = found.at(-1);
    const wider = last && [...last.states, ...between, state];
    const fits =
      wider && wider[0].day - state.day < mostDays && between.length <= contactDays && count(wider) <= mostLegs;
    if (last && wider && fits) {
      last.states = wider;
      last.since = Math.min(last.since, since);
    } else found.push({ states: [state], since });
    between = [];
  }
  return found.map(({ states: some, since }) => ({ states: some.reverse(), since }));
}
