-- Whole dictionaries one after another, never changed: a reader sees one revision and never half of one, and what a
-- figure meant at an earlier time can be looked up.
CREATE TABLE IF NOT EXISTS metric_definitions_log
(
  revision UInt32 COMMENT 'Number of the dictionary; one more with each change.',
  checksum String COMMENT 'SHA-256 of the dictionary''s entries: the same entries are not written again.',
  written_at DateTime64(3, 'UTC') DEFAULT now64(3) COMMENT 'When this dictionary was written (UTC).',
  position UInt32 COMMENT 'Place of the entry in the dictionary.',
  name String COMMENT 'Name of the metric, dimension or rule.',
  unit String COMMENT 'Its unit.',
  formula String COMMENT 'How it is computed.',
  numerator String COMMENT 'What is above the line; empty if it is no ratio.',
  denominator String COMMENT 'What is below the line; empty if it is no ratio.',
  edge_cases String COMMENT 'What is counted and what is not, where one could think otherwise.',
  source String COMMENT 'Whose definition it is.',
  view_column String COMMENT 'Where it is: view.column; *.column for every view that has the column; empty for a rule.'
)
ENGINE = MergeTree
ORDER BY (revision, position)
COMMENT 'Every dictionary of metrics that was ever in force. Read metric_definitions instead.';

CREATE VIEW IF NOT EXISTS metric_definitions
(
  name String COMMENT 'Name of the metric, dimension or rule.',
  unit String COMMENT 'Its unit, e.g. ms, legs, share (0 to 1).',
  formula String COMMENT 'How it is computed, in the words of the view''s columns.',
  numerator String COMMENT 'What is above the line; empty if it is no ratio.',
  denominator String COMMENT 'What is below the line; empty if it is no ratio. A ratio is NULL where this is 0.',
  edge_cases String COMMENT 'What is counted and what is not, where one could think otherwise.',
  source String COMMENT 'Whose definition it is: a published one, or this project''s own.',
  view_column String COMMENT 'Where it is: view.column; *.column for every view that has the column; empty for a rule that all metrics share.'
)
AS SELECT name, unit, formula, numerator, denominator, edge_cases, source, view_column
FROM metric_definitions_log
WHERE revision = (SELECT max(revision) FROM metric_definitions_log)
ORDER BY position
COMMENT 'The dictionary of metrics: what every column of the metric views means, how it is computed and what its edge cases are.';
