/** A view that is written down day by day, and the table that keeps it; its daily view shows the same again. */
export interface Figure {
  view: string;
  table: string;
  /** What the view's rows are told apart by beside the day; `channel` is among them. */
  keys: readonly string[];
  /** What is counted; rates follow from these. */
  counts: readonly string[];
  /** What the view is asked with beside times and window. */
  asked: string;
}

export const figures: readonly Figure[] = [
  {
    view: 'repeat_contacts',
    table: 'repeat_contacts_days',
    keys: ['channel', 'intent'],
    counts: [
      'contacts',
      'excluded_outbound',
      'excluded_never_engaged',
      'identified',
      'measured',
      'repeated',
      'measured_answered',
      'repeated_answered',
      'beyond_level_1',
      'resolved_first',
    ],
    asked: "intent_scope = 'any', channel_scope = 'any'",
  },
  {
    view: 'durable_resolution',
    table: 'durable_resolution_days',
    keys: ['channel', 'resolved_by', 'autonomous'],
    counts: ['closed', 'measured', 'durable'],
    asked: "intent_scope = 'any'",
  },
];
