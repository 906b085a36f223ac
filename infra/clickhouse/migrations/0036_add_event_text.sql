-- What customers wrote, redacted, and how sure a desire is. Load is stopped: the view that fills interactions is made anew.
ALTER TABLE interactions
  ADD COLUMN IF NOT EXISTS text String COMMENT 'What was written or said, with mail addresses, numbers and names replaced by tags such as [EMAIL]; empty if none, or where storing it is off (STORE_TEXT of enrich). Goes after TTL_TEXT_DAYS.' CODEC(ZSTD(3)) AFTER attributes,
  ADD COLUMN IF NOT EXISTS desire_confidence Nullable(Float64) COMMENT 'Confidence of the desire, 0 to 1; NULL if not given.' CODEC(ZSTD(1)) AFTER text,
  ADD COLUMN IF NOT EXISTS desire_model LowCardinality(String) COMMENT 'Model or system that gave the desire; empty if not given.' AFTER desire_confidence;

ALTER TABLE interactions_landing
  ADD COLUMN IF NOT EXISTS text String COMMENT 'What was written or said, with mail addresses, numbers and names replaced by tags such as [EMAIL]; empty if none, or where storing it is off (STORE_TEXT of enrich). Goes after TTL_TEXT_DAYS.' AFTER attributes,
  ADD COLUMN IF NOT EXISTS desire_confidence Nullable(Float64) COMMENT 'Confidence of the desire, 0 to 1; NULL if not given.' AFTER text,
  ADD COLUMN IF NOT EXISTS desire_model LowCardinality(String) COMMENT 'Model or system that gave the desire; empty if not given.' AFTER desire_confidence;

DROP VIEW IF EXISTS interactions_from_landing;

CREATE MATERIALIZED VIEW IF NOT EXISTS interactions_from_landing TO interactions {columns of interactions}
AS SELECT * FROM interactions_landing
COMMENT 'Fills interactions from each block that load inserts. Read interactions instead.';
