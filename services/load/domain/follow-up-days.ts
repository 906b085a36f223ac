export const dayMs = 86_400_000;
/** How far contacts() looks for the legs of a contact beyond the time that it is asked about. */
export const contactDays = 7;

/** After how many days a TTL deletes a table's rows, from its CREATE statement as the engine writes it; undefined: never. */
export function ttlDaysOf(created: string): number | undefined {
  // Behind the columns, which may have a TTL of their own.
  const declared = created.slice(created.lastIndexOf(' ORDER BY '));
  const days = / TTL [^']*? \+ toIntervalDay\((\d+)\)/.exec(declared)?.[1];
  return days === undefined ? undefined : Number(days);
}

/** The first day that can be computed still: all its legs are there, and so will be its rows. */
export function firstDayOf(now: number, legsTtlDays: number | undefined, rowsTtlDays: number | undefined): number {
  const today = Math.floor(now / dayMs);
  return Math.max(
    0,
    legsTtlDays === undefined ? 0 : today - legsTtlDays + contactDays + 1,
    rowsTtlDays === undefined ? 0 : today - rowsTtlDays + 1,
  );
}
