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

/** The same but for version and sign. */
function isSame<Row extends SessionRow | LegRow>(a: Row, b: Row): boolean {
  for (const key in b) {
    if (key === 'version' || key === 'sign') continue;
    const [x, y]: [unknown, unknown] = [a[key], b[key]];
    if (x === y) continue;
    if (!Array.isArray(x) || !Array.isArray(y) || x.length !== y.length || x.some((value, i) => value !== y[i]))
      return false;
  }
  return true;
}
