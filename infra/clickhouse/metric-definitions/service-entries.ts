import { type MetricDefinition, plainEntry, ratioEntry } from './definition';

/** Makers of dictionary entries, so that a table of metrics reads as one. */

/** A number that is no ratio. */
export const plain =
  (view: string) =>
  (name: string, unit: string, formula: string, edge_cases: string, source?: string): MetricDefinition =>
    plainEntry(view, { name, unit, formula, edge_cases, source });

/** One number over another, NULL where the other is 0. */
export const ratio =
  (view: string) =>
  (
    name: string,
    unit: string,
    numerator: string,
    denominator: string,
    edge_cases: string,
    source?: string,
  ): MetricDefinition =>
    ratioEntry(view, { name, unit, numerator, denominator, edge_cases, source });
