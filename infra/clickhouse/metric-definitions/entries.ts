import type { MetricDefinition } from './definition';

const own = 'own definition';

export type Texts = [column: string, formula: string, edge_cases: string, source?: string];
export type Ratio = [column: string, numerator: string, denominator: string, edge_cases: string, source?: string];

/** Entries of a column that several views have alike: one for each of these views. */
export const plain =
  (unit: string, ...views: string[]) =>
  ([name, formula, edge_cases, source = own]: Texts): MetricDefinition[] =>
    views.map((view) => ({
      ...{ name, unit, formula, numerator: '', denominator: '', edge_cases, source },
      view_column: `${view}.${name}`,
    }));

export const ratio =
  (unit: string, ...views: string[]) =>
  ([name, numerator, denominator, edge_cases, source = own]: Ratio): MetricDefinition[] =>
    views.map((view) => ({
      ...{ name, unit, formula: `${bracketed(numerator)} / ${bracketed(denominator)}`, numerator, denominator },
      ...{ edge_cases, source, view_column: `${view}.${name}` },
    }));

const bracketed = (part: string): string => (/ [+-] /.test(part) ? `(${part})` : part);
