-- What one customer's timeline costs is the number of parts that hold them: one granule of each column read in each part.
-- A month that has had no insert for a day is merged into one part, as those of sessions and legs are since 0029. Months that
-- still receive rows merge as before. Nothing is rewritten now: the engine does it in the background, a month at a time.
ALTER TABLE interactions MODIFY SETTING min_age_to_force_merge_seconds = 86400, min_age_to_force_merge_on_partition_only = 1;
