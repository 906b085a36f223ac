/** One entry of the dictionary of metrics. */
export interface MetricDefinition {
  name: string;
  unit: string;
  formula: string;
  numerator: string;
  denominator: string;
  edge_cases: string;
  source: string;
  view_column: string;
}

export const own = 'own definition';

/** Definitions of one view: `[column, formula, edge cases]`, or for a ratio `[column, numerator, denominator, edge cases]`. */
export function define(
  view: string,
  unit: string,
  source: string,
  entries: readonly (readonly [string, string, string] | readonly [string, string, string, string])[],
): MetricDefinition[] {
  return entries.map(([column, ...rest]) => {
    const isRatio = rest.length === 3;
    const [numerator, denominator] = isRatio ? [rest[0], rest[1]] : ['', ''];
    return {
      name: column,
      unit,
      formula: isRatio ? [numerator, denominator].map(bracketed).join(' / ') : rest[0],
      numerator,
      denominator,
      edge_cases: rest[rest.length - 1] as string,
      source,
      view_column: `${view}.${column}`,
    };
  });
}

const bracketed = (part: string): string => (/ [+-] /.test(part) ? `(${part})` : part);
