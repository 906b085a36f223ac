/** One entry of the dictionary; the columns of `metric_definitions` are the same and say more. */
export interface MetricDefinition {
  name: string;
  /** As people write it: ms, legs, share (0 to 1). */
  unit: string;
  /** In the words of the view's columns. */
  formula: string;
  /** '' if it is no ratio. */
  numerator: string;
  /** '' if it is no ratio. */
  denominator: string;
  edge_cases: string;
  /** A published definition, or 'own definition'. */
  source: string;
  /** `view.column`; `*.column` for every metric view that has the column; '' for a rule that all metrics share. */
  view_column: string;
}

export const own = 'own definition';

type Told = Pick<MetricDefinition, 'name' | 'unit' | 'edge_cases'> & { source?: string };

/** A column of a view that is no ratio. */
export const plainEntry = (view: string, { source = own, ...told }: Told & { formula: string }): MetricDefinition => ({
  ...told,
  numerator: '',
  denominator: '',
  source,
  view_column: `${view}.${told.name}`,
});

/** A column of a view that is one number over another, NULL where the other is 0. */
export const ratioEntry = (
  view: string,
  { source = own, ...told }: Told & Pick<MetricDefinition, 'numerator' | 'denominator'>,
): MetricDefinition => ({
  ...told,
  formula: `${bracketed(told.numerator)} / ${bracketed(told.denominator)}`,
  source,
  view_column: `${view}.${told.name}`,
});

const bracketed = (part: string): string => (/ [+-] /.test(part) ? `(${part})` : part);
