import { type MetricDefinition, plainEntry, ratioEntry } from './definition';

/** Definitions of one view: `[column, formula, edge cases]`, or for a ratio `[column, numerator, denominator, edge cases]`. */
export function define(
  view: string,
  unit: string,
  source: string,
  entries: readonly (readonly [string, string, string] | readonly [string, string, string, string])[],
): MetricDefinition[] {
  return entries.map((entry) => {
    if (entry.length === 3) {
      const [name, formula, edge_cases] = entry;
      return plainEntry(view, { name, unit, formula, edge_cases, source });
    }
    const [name, numerator, denominator, edge_cases] = entry;
    return ratioEntry(view, { name, unit, numerator, denominator, edge_cases, source });
  });
}
