-- What repeat_contacts and durable_resolution say of whole days, written down by load (services/load/follow-ups): to make contacts of
-- weeks of legs takes seconds, to read these rows milliseconds. A computation of a day is one insert, so it is seen whole or not at
-- all: its rows by channel, and one with an empty channel that speaks of the day itself. Of several the newest counts; what an older
-- one had and the newest lacks is not shown. Empty a table when what its view says changes: every day is computed anew then.
CREATE TABLE IF NOT EXISTS repeat_contacts_days
(
  day Date COMMENT 'Day the contacts started (UTC).',
  window_days UInt16 COMMENT 'Window within which a contact counts as a repeat, in days.',
  channel LowCardinality(String) COMMENT 'Channel of their first leg. Empty: the row speaks of the day itself, its counts are 0.',
  intent LowCardinality(String) COMMENT 'Their intent; empty if none.',
  computed_at DateTime64(6, 'UTC') COMMENT 'When the day was computed (UTC), the same in all rows of one computation: those of the newest count.',
  as_of DateTime64(3, 'UTC') COMMENT 'Time up to which everything was known then (UTC): windows that end later are not measured.',
  finished Bool COMMENT 'Whether no window of the day was open any more.',
  own_checksum UInt64 COMMENT 'Of the day itself: the legs of the day and its window that it was computed from; another sum of these means that they have changed. Else 0.',
  around_checksum UInt64 COMMENT 'The same with the days around, which matter to contacts that last.',
  contacts UInt64 COMMENT 'As repeat_contacts.contacts.',
  excluded_outbound UInt64 COMMENT 'As repeat_contacts.excluded_outbound.',
  excluded_never_engaged UInt64 COMMENT 'As repeat_contacts.excluded_never_engaged.',
  identified UInt64 COMMENT 'As repeat_contacts.identified.',
  measured UInt64 COMMENT 'As repeat_contacts.measured.',
  repeated UInt64 COMMENT 'As repeat_contacts.repeated.',
  measured_answered UInt64 COMMENT 'As repeat_contacts.measured_answered.',
  repeated_answered UInt64 COMMENT 'As repeat_contacts.repeated_answered.',
  beyond_level_1 UInt64 COMMENT 'As repeat_contacts.beyond_level_1.',
  resolved_first UInt64 COMMENT 'As repeat_contacts.resolved_first.'
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (day, window_days, channel, intent)
COMMENT 'Repeat contacts by day as they were computed, older computations among them. Read repeat_contacts_daily instead.';

CREATE TABLE IF NOT EXISTS durable_resolution_days
(
  day Date COMMENT 'Day the closed contacts started (UTC).',
  window_days UInt16 COMMENT 'Window in which nothing may follow, in days.',
  channel LowCardinality(String) COMMENT 'Channel of their first leg. Empty: the row speaks of the day itself, its counts are 0.',
  resolved_by LowCardinality(String) COMMENT 'Who closed them.',
  autonomous Bool COMMENT 'Whether no queue, people or back-office work had a part.',
  computed_at DateTime64(6, 'UTC') COMMENT 'When the day was computed (UTC), the same in all rows of one computation: those of the newest count.',
  as_of DateTime64(3, 'UTC') COMMENT 'Time up to which everything was known then (UTC): windows that end later are not measured.',
  finished Bool COMMENT 'Whether no window of the day was open any more.',
  own_checksum UInt64 COMMENT 'Of the day itself: the legs of the day and its window that it was computed from; another sum of these means that they have changed. Else 0.',
  around_checksum UInt64 COMMENT 'The same with the days around, which matter to contacts that last.',
  closed UInt64 COMMENT 'As durable_resolution.closed.',
  measured UInt64 COMMENT 'As durable_resolution.measured.',
  durable UInt64 COMMENT 'As durable_resolution.durable.'
)
ENGINE = ReplacingMergeTree(computed_at)
ORDER BY (day, window_days, channel, resolved_by, autonomous)
COMMENT 'Durable resolution by day as it was computed, older computations among them. Read durable_resolution_daily instead.';

CREATE OR REPLACE VIEW repeat_contacts_daily
(
  day Date COMMENT 'Day the contacts started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of their first leg.',
  intent LowCardinality(String) COMMENT 'Their intent; empty if none.',
  contacts UInt64 COMMENT 'Inbound contacts. Transfers, callbacks and reconnects are legs of one contact.',
  excluded_outbound UInt64 COMMENT 'Contacts left out: begun by the organisation.',
  excluded_never_engaged UInt64 COMMENT 'Left out: nothing was done by the customer, e.g. hung up at once.',
  identified UInt64 COMMENT 'Inbound contacts of customers who are not anonymous.',
  identity_coverage Nullable(Float64) COMMENT 'identified / contacts, 0 to 1: the share that the rates can speak of.',
  measured UInt64 COMMENT 'Identified contacts whose window had wholly elapsed at as_of: the denominator.',
  repeated UInt64 COMMENT 'Measured contacts followed by another inbound contact within the window.',
  repeat_contact_rate Nullable(Float64) COMMENT 'repeated / measured, 0 to 1; NULL if none is measured.',
  fcr Nullable(Float64) COMMENT 'First contact resolution by behaviour: 1 - repeat_contact_rate; NULL if none is measured.',
  measured_answered UInt64 COMMENT 'Measured contacts that an agent answered.',
  repeated_answered UInt64 COMMENT 'Those of them that were repeated.',
  fcr_answered Nullable(Float64) COMMENT '1 - repeated_answered / measured_answered: FCR of contacts with people; NULL if there are none.',
  beyond_level_1 UInt64 COMMENT 'Of measured_answered, those that the first level could not resolve: they ended DEFERRED or ESCALATED.',
  resolved_first UInt64 COMMENT 'The other measured_answered that were not repeated.',
  net_fcr Nullable(Float64) COMMENT 'resolved_first / (measured_answered - beyond_level_1), 0 to 1; NULL if there are none.',
  as_of DateTime64(3, 'UTC') COMMENT 'Time up to which everything was known when the day was written down (UTC).',
  finished Bool COMMENT 'Whether no window of the day was open any more: its figures change only where legs change (late events, repairs, erasure).'
)
AS SELECT
  day,
  channel,
  intent,
  contacts,
  excluded_outbound,
  excluded_never_engaged,
  identified,
  identified / nullIf(contacts, 0) AS identity_coverage,
  measured,
  repeated,
  repeated / nullIf(measured, 0) AS repeat_contact_rate,
  1 - repeat_contact_rate AS fcr,
  measured_answered,
  repeated_answered,
  1 - repeated_answered / nullIf(measured_answered, 0) AS fcr_answered,
  beyond_level_1,
  resolved_first,
  resolved_first / nullIf(measured_answered - beyond_level_1, 0) AS net_fcr,
  as_of,
  finished
FROM
(
  SELECT *, max(computed_at) OVER (PARTITION BY day) AS newest_at
  FROM repeat_contacts_days FINAL
  WHERE window_days = ifNull({window_days:Nullable(UInt16)}, 7)
    AND day >= toDate32({from:DateTime64(3, 'UTC')}, 'UTC') AND day <= toDate32({to:DateTime64(3, 'UTC')} - INTERVAL 1 MILLISECOND, 'UTC')
)
WHERE computed_at = newest_at AND channel != ''
COMMENT 'repeat_contacts by whole days as load writes them down: repeat_contacts_daily(from = …, to = …, window_days = 7). Every day that [from, to) touches, whole. For the windows that load is told (1 and 7 days), any intent, any channel; no rows for others. Milliseconds where repeat_contacts takes seconds; how fresh says as_of.';

CREATE OR REPLACE VIEW durable_resolution_daily
(
  day Date COMMENT 'Day the closed contacts started (UTC).',
  channel LowCardinality(String) COMMENT 'Channel of their first leg.',
  resolved_by LowCardinality(String) COMMENT 'Who closed them, exactly one: bot, human, customer, timeout, automation or operator. A timeout or an operator closing is no resolution by the bot.',
  autonomous Bool COMMENT 'Bot, automation or customer, with no queue, people or back-office work in the contact.',
  closed UInt64 COMMENT 'Contacts and visits so closed.',
  measured UInt64 COMMENT 'Of these, those of identified customers whose window had wholly elapsed at as_of.',
  durable UInt64 COMMENT 'Of these, those not followed by an inbound contact within the window.',
  durable_resolution_rate Nullable(Float64) COMMENT 'durable / measured, 0 to 1. The autonomous rows together are durable resolution as it is usually meant.',
  as_of DateTime64(3, 'UTC') COMMENT 'Time up to which everything was known when the day was written down (UTC).',
  finished Bool COMMENT 'Whether no window of the day was open any more: its figures change only where legs change (late events, repairs, erasure).'
)
AS SELECT
  day,
  channel,
  resolved_by,
  autonomous,
  closed,
  measured,
  durable,
  durable / nullIf(measured, 0) AS durable_resolution_rate,
  as_of,
  finished
FROM
(
  SELECT *, max(computed_at) OVER (PARTITION BY day) AS newest_at
  FROM durable_resolution_days FINAL
  WHERE window_days = ifNull({window_days:Nullable(UInt16)}, 7)
    AND day >= toDate32({from:DateTime64(3, 'UTC')}, 'UTC') AND day <= toDate32({to:DateTime64(3, 'UTC')} - INTERVAL 1 MILLISECOND, 'UTC')
)
WHERE computed_at = newest_at AND channel != ''
COMMENT 'durable_resolution by whole days as load writes them down: durable_resolution_daily(from = …, to = …, window_days = 7). Every day that [from, to) touches, whole. For the windows that load is told (1 and 7 days), any intent; no rows for others. Milliseconds where durable_resolution takes seconds; how fresh says as_of.';
