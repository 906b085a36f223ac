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
