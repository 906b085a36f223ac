import type { LegRow, SessionRow } from '../../../schemas/types';

/** Rows that change together: the −1 of what was emitted, the +1 of what is true now. */
export interface Changes {
  sessions: SessionRow[];
  legs: LegRow[];
}

/** The −1 row is exactly the row last emitted, its version included. */
export const takeBack = <Row extends SessionRow | LegRow>(row: Row): Row => ({ ...row, sign: -1 });

/** Emits a row when it differs from the one that stands for it, and answers the row that stands now. */
export function revised<Row extends SessionRow | LegRow>(
  row: Row,
  before: Row | undefined,
  changes: Row[],
  version: number,
): Row {
  if (before && isSame(before, row)) return before;
  row.version = version;
  if (before) changes.push(takeBack(before));
  changes.push(row);
  return row;
}

/** `into`, which says what `row` says. Neither has a part of the other that anybody changes. */
export function overwritten(into: SessionRow, row: SessionRow): SessionRow {
  into.session_id = row.session_id;
  into.started_at = row.started_at;
  into.ended_at = row.ended_at;
  into.event_count = row.event_count;
  into.contact_count = row.contact_count;
  into.leg_count = row.leg_count;
  // Equal ones stay: young ones would have to be moved.
  if (!isEqual(into.channels, row.channels)) into.channels = row.channels;
  if (!isEqual(into.path, row.path)) into.path = row.path;
  if (!isEqual(into.path_counts, row.path_counts)) into.path_counts = row.path_counts;
  into.outcome = row.outcome;
  into.intent = row.intent;
  into.failures_before_success = row.failures_before_success;
  into.first_failed_channel = row.first_failed_channel;
  into.rescued_by_channel = row.rescued_by_channel;
  into.time_to_success_ms = row.time_to_success_ms;
  into.cost_minor = row.cost_minor;
  into.currency = row.currency;
  into.emotion_start = row.emotion_start;
  into.emotion_end = row.emotion_end;
  into.oversized = row.oversized;
  into.rule_version = row.rule_version;
  into.version = row.version;
  into.sign = row.sign;
  return into;
}

const isEqual = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((value, index) => value === b[index]);

/** The same but for version and sign. */
function isSame<Row extends SessionRow | LegRow>(a: Row, b: Row): boolean {
  for (const key in b) {
    if (key === 'version' || key === 'sign') continue;
    const [x, y]: [unknown, unknown] = [a[key], b[key]];
    if (x === y) continue;
    if (!Array.isArray(x) || !Array.isArray(y) || !isEqual(x, y)) return false;
  }
  return true;
}
