import { type MetricDefinition, plainEntry, ratioEntry } from './definition';

export type Texts = [column: string, formula: string, edge_cases: string, source?: string];
export type Ratio = [column: string, numerator: string, denominator: string, edge_cases: string, source?: string];

/** Entries of a column that several views have alike: one for each of these views. */
export const plain =
  (unit: string, ...views: string[]) =>
  ([name, formula, edge_cases, source]: Texts): MetricDefinition[] =>
    views.map((view) => plainEntry(view, { name, unit, formula, edge_cases, source }));

export const ratio =
  (unit: string, ...views: string[]) =>
  ([name, numerator, denominator, edge_cases, source]: Ratio): MetricDefinition[] =>
    views.map((view) => ratioEntry(view, { name, unit, numerator, denominator, edge_cases, source }));
