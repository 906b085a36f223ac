import {
  type Figures,
  type LegFigures,
  legFigures,
  type QueueFigures,
  queueFields,
  type SessionFigures,
  sessionFields,
  type Truth,
} from './truth';

/** What ClickHouse says, in the truth's words. */
export interface Found {
  events: number;
  late: number;
  channels: Record<string, number[]>;
  queues: Record<string, QueueFigures>;
  legs: number;
  leg_figures: Record<string, LegFigures>;
  sessions: SessionFigures[];
  callbacks: Figures;
  surveys: Record<string, Figures>;
  cases: Figures;
  agents: Figures;
}

/** One compared figure: how many of its values agree, and an example where they do not. */
export interface Comparison {
  figure: string;
  agree: number;
  of: number;
  example?: string;
}

/** Compares everything the truth knows, figure by figure. A surplus counts as a disagreement like a lack. */
export function compare(truth: Truth, found: Found): Comparison[] {
  return [
    single('events (repeats dropped)', truth.events.all, found.events),
    single('late events', truth.late, found.late),
    ...sessionComparisons(truth.sessions, found.sessions),
    single('legs', truth.legs, found.legs),
    ...(Object.keys(legFigures) as (keyof LegFigures)[]).map((field) => legComparison(truth, found, field)),
    channelComparison(truth, found),
    ...queueFields.map((field) => queueComparison(truth, found, field)),
    figuresComparison('callbacks', truth.callbacks, found.callbacks),
    figuresComparison('surveys by kind', flat(truth.surveys), flat(found.surveys)),
    figuresComparison('cases', truth.cases, found.cases),
    figuresComparison('agents’ time and adherence', truth.agents, found.agents),
  ];
}

export const differs = ({ agree, of }: Comparison): boolean => agree !== of;

const single = (figure: string, expected: number, actual: number): Comparison => ({
  figure,
  agree: expected === actual ? expected : Math.min(expected, actual),
  of: Math.max(expected, actual),
  ...(expected === actual ? {} : { example: `${expected} expected, ${actual} found` }),
});

function sessionComparisons(expected: SessionFigures[], actual: SessionFigures[]): Comparison[] {
  const key = (session: SessionFigures) => `${session.customer_id} ${session.session_id}`;
  const found = new Map(actual.map((session) => [key(session), session]));
  const keys = new Set([...expected.map(key), ...found.keys()]);
  const existing = expected.filter((session) => found.has(key(session)));
  const missing = expected.find((session) => !found.has(key(session)));
  const known = new Set(expected.map(key));
  const surplus = actual.find((session) => !known.has(key(session)));
  const ids: Comparison = { figure: 'sessions by id', agree: existing.length, of: keys.size };
  if (missing) ids.example = `${key(missing)} is missing`;
  else if (surplus) ids.example = `${key(surplus)} should not be`;
  const byField = sessionFields.map((field): Comparison => {
    const wrong = existing.filter((session) => !same(session[field], found.get(key(session))?.[field]));
    const comparison: Comparison = {
      figure: `  their ${field}`,
      agree: existing.length - wrong.length,
      of: existing.length,
    };
    const [first] = wrong;
    if (!first) return comparison;
    return {
      ...comparison,
      example: `${key(first)}: ${first[field]} expected, ${found.get(key(first))?.[field]} found`,
    };
  });
  return [ids, ...byField];
}

function channelComparison(truth: Truth, found: Found): Comparison {
  const names = [...new Set([...Object.keys(truth.channels), ...Object.keys(found.channels)])];
  const cells = names.flatMap((channel) =>
    Array.from({ length: 24 }, (_, hour) => ({
      name: `${channel} at ${hour} h`,
      expected: truth.channels[channel]?.by_hour[hour] ?? 0,
      actual: found.channels[channel]?.[hour] ?? 0,
    })),
  );
  return cellComparison('events by channel and hour', cells);
}

function legComparison(truth: Truth, found: Found, field: keyof LegFigures): Comparison {
  const names = [...new Set([...Object.keys(truth.leg_figures), ...Object.keys(found.leg_figures)])];
  const cells = names.map((channel) => ({
    name: channel,
    expected: truth.leg_figures[channel]?.[field] ?? 0,
    actual: found.leg_figures[channel]?.[field] ?? 0,
  }));
  return cellComparison(`legs by channel: ${field}`, cells);
}

function queueComparison(truth: Truth, found: Found, field: keyof QueueFigures): Comparison {
  const names = [...new Set([...Object.keys(truth.queues), ...Object.keys(found.queues)])];
  const cells = names.map((queue) => ({
    name: queue || '(no queue)',
    expected: truth.queues[queue]?.[field] ?? 0,
    actual: found.queues[queue]?.[field] ?? 0,
  }));
  return cellComparison(`queues: ${field}`, cells);
}

const flat = (groups: Record<string, Figures>): Figures =>
  Object.fromEntries(
    Object.entries(groups).flatMap(([group, figures]) =>
      Object.entries(figures).map(([name, figure]) => [`${group} ${name}`, figure]),
    ),
  );

function figuresComparison(figure: string, expected: Figures, actual: Figures): Comparison {
  const names = [...new Set([...Object.keys(expected), ...Object.keys(actual)])];
  return cellComparison(
    figure,
    names.map((name) => ({ name, expected: expected[name] ?? 0, actual: actual[name] ?? 0 })),
  );
}

function cellComparison(figure: string, cells: { name: string; expected: number; actual: number }[]): Comparison {
  const wrong = cells.filter(({ expected, actual }) => expected !== actual);
  const [first] = wrong;
  return {
    figure,
    agree: cells.length - wrong.length,
    of: cells.length,
    ...(first ? { example: `${first.name}: ${first.expected} expected, ${first.actual} found` } : {}),
  };
}

const same = (a: unknown, b: unknown): boolean =>
  Array.isArray(a) && Array.isArray(b) ? a.length === b.length && a.every((value, i) => value === b[i]) : a === b;
