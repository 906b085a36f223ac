/**
 * One text for one JSON value, whatever the order of its keys. `without` leaves out keys of the outermost object.
 * Recursive: only for values whose depth has been bounded.
 */
export function canonicalJson(value: unknown, without?: ReadonlySet<string>): string {
  if (Array.isArray(value)) return `[${value.map((item) => canonicalJson(item)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const object = value as Record<string, unknown>;
  const members: string[] = [];
  for (const key of Object.keys(object).sort()) {
    if (!without?.has(key)) members.push(`${JSON.stringify(key)}:${canonicalJson(object[key])}`);
  }
  return `{${members.join(',')}}`;
}
