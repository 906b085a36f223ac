import { addressesIn } from './addresses';
import { cardsIn } from './cards';
import { emailsIn } from './emails';
import { fold } from './fold';
import { ibansIn } from './ibans';
import { namesIn } from './names';
import { idsIn, letteredIdsIn } from './national-ids';
import { type Run, runsOf, type Span } from './numbers';
import { phonesIn } from './phones';

/** What can be redacted, in the order in which it is looked for: what one has taken the next does not see. */
export const redactionKinds = ['email', 'iban', 'card', 'national_id', 'phone', 'address', 'name'] as const;
export type RedactionKind = (typeof redactionKinds)[number];

const tags: Readonly<Record<RedactionKind, string>> = {
  email: '[EMAIL]',
  iban: '[IBAN]',
  card: '[CARD]',
  national_id: '[ID]',
  phone: '[PHONE]',
  address: '[ADDRESS]',
  name: '[NAME]',
};

export interface Redacted {
  text: string;
  /** How many of each kind were replaced. */
  counts: Partial<Record<RedactionKind, number>>;
}

/** In place of what is taken, for private use: no letter, digit or blank, so that nothing is found across it. */
const taken = '\ue000';

/** Something personal, and where it stands. */
export interface Found extends Span {
  kind: RedactionKind;
}

/** The text with everything of the given kinds replaced by its tag; nothing of it is left to be reversed. See `personalDataIn`. */
export function redact(text: string, kinds: ReadonlySet<RedactionKind>, names: readonly string[] = []): Redacted {
  const found = personalDataIn(text, kinds, names);
  const counts: Redacted['counts'] = {};
  for (const { kind } of found) counts[kind] = (counts[kind] ?? 0) + 1;
  return { text: replaced(text, found, ({ kind }) => tags[kind]), counts };
}

/** What is to be redacted, in order. `names` are the customer's (see `namesOf`). In time that grows with the length, on any text. */
export function personalDataIn(text: string, kinds: ReadonlySet<RedactionKind>, names: readonly string[]): Found[] {
  let folded = fold(text);
  const found: Found[] = [];
  const hasDigits = /\d/.test(folded);
  // Until a kind has taken something they are the same.
  let runs: { of: string; all: Run[] } | undefined;
  const inRuns = (look: (folded: string, run: Run) => Span[]): Span[] => {
    if (runs?.of !== folded) runs = { of: folded, all: runsOf(folded).filter(({ digits }) => digits.length >= 7) };
    return runs.all.flatMap((run) => look(folded, run));
  };
  const spansOf: Readonly<Record<RedactionKind, () => Span[]>> = {
    email: () => (folded.includes('@') || / (?:at|arroba) |[[({<]/i.test(folded) ? emailsIn(folded) : []),
    iban: () => (hasDigits ? ibansIn(folded) : []),
    card: () => (hasDigits ? inRuns(cardsIn) : []),
    national_id: () => (hasDigits ? [...inRuns(idsIn), ...letteredIdsIn(folded)] : []),
    phone: () => (hasDigits ? inRuns(phonesIn) : []),
    address: () => (hasDigits ? addressesIn(folded) : []),
    name: () => namesIn(folded, names),
  };
  for (const kind of redactionKinds) {
    if (!kinds.has(kind)) continue;
    const spans = apart(spansOf[kind]());
    if (spans.length === 0) continue;
    for (const span of spans) found.push({ ...span, kind });
    folded = replaced(folded, spans, ({ start, end }) => taken.repeat(end - start));
  }
  return found.sort((a, b) => a.start - b.start);
}

/** In order, without those that begin in the one before. */
function apart(spans: Span[]): Span[] {
  let end = 0;
  return spans
    .toSorted((a, b) => a.start - b.start || b.end - a.end)
    .filter((span) => {
      if (span.start < end) return false;
      end = span.end;
      return true;
    });
}

function replaced<S extends Span>(text: string, spans: readonly S[], by: (span: S) => string): string {
  const parts: string[] = [];
  let at = 0;
  for (const span of spans) {
    parts.push(text.slice(at, span.start), by(span));
    at = span.end;
  }
  parts.push(text.slice(at));
  return parts.join('');
}
