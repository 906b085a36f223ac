CREATE TABLE IF NOT EXISTS session_rules
(
  rule_version UInt32 COMMENT 'Version of the rules; sessions name the one they were computed by.',
  channel LowCardinality(String) COMMENT 'Channel of an event.',
  gap_ms UInt64 COMMENT 'How long a contact stays open after an event on this channel: what touches it joins its session. Milliseconds.',
  contact_join_ms UInt64 COMMENT 'Longest time between two events of one contact; beyond it they are two contacts. Milliseconds.',
  lateness_ms UInt64 COMMENT 'How much older than the newest an event may arrive and still be in time. Milliseconds.',
  short_abandon_ms UInt64 COMMENT 'Up to this wait an abandoned leg counts as short. Milliseconds.'
)
ENGINE = ReplacingMergeTree
ORDER BY (rule_version, channel)
COMMENT 'The rules that sessions are computed by, per version and channel.';

-- 30 minutes, 24 hours, 72 hours; contact_join 4 h, lateness 1 h, short abandons 5 s.
INSERT INTO session_rules (rule_version, channel, gap_ms, contact_join_ms, lateness_ms, short_abandon_ms)
SELECT
  1,
  arrayJoin(['UNKNOWN', 'VOICE', 'VIDEO', 'EMAIL', 'WEB', 'APP', 'CHAT', 'SMS', 'MESSAGING', 'SOCIAL_PUBLIC',
    'SOCIAL_PRIVATE', 'IN_PERSON', 'POSTAL', 'REVIEW', 'TASK']) AS channel,
  multiIf(
    channel IN ('SMS', 'MESSAGING', 'SOCIAL_PUBLIC', 'SOCIAL_PRIVATE', 'REVIEW'), 86400000,
    channel IN ('EMAIL', 'POSTAL', 'TASK'), 259200000,
    1800000
  ),
  14400000,
  3600000,
  5000
WHERE (SELECT count() FROM session_rules WHERE rule_version = 1) = 0;
