/** Makers of dictionary entries, so that a table of metrics reads as one. */

export const own = 'own definition';

interface Entry {
  name: string;
  unit: string;
  formula: string;
  numerator: string;
  denominator: string;
  edge_cases: string;
  source: string;
  view_column: string;
}

/** A number that is no ratio. */
export const plain =
  (view: string) =>
  (name: string, unit: string, formula: string, edge_cases: string, source = own): Entry => ({
    name,
    unit,
    formula,
    numerator: '',
    denominator: '',
    edge_cases,
    source,
    view_column: `${view}.${name}`,
  });

/** One number over another, NULL where the other is 0. */
export const ratio =
  (view: string) =>
  (name: string, unit: string, over: string, under: string, edge_cases: string, source = own): Entry => ({
    name,
    unit,
    formula: `${bracketed(over)} / ${bracketed(under)}`,
    numerator: over,
    denominator: under,
    edge_cases,
    source,
    view_column: `${view}.${name}`,
  });

const bracketed = (part: string): string => (/ [+-] /.test(part) ? `(${part})` : part);
