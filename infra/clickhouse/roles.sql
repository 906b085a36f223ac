-- Roles for ClickHouse: run once by an administrator after the migrations, and again after an upgrade (safe to repeat):
--   clickhouse-client --multiquery < infra/clickhouse/roles.sql
-- Users are yours: CREATE USER grafana IDENTIFIED … DEFAULT ROLE cd_dashboard SETTINGS PROFILE 'cd_dashboard';
-- What is not granted is denied: a new table, view or column is hidden until it stands here (a test says so).

-- The set-up Job: makes and changes all tables of the database. Views keep its name as their definer.
CREATE ROLE IF NOT EXISTS cd_migrator;
GRANT SHOW, SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE ON customer_dynamics.* TO cd_migrator;
GRANT CREATE TEMPORARY TABLE ON *.* TO cd_migrator;
GRANT TABLE ENGINE ON * TO cd_migrator;
GRANT SELECT ON system.* TO cd_migrator;

-- The service load. What views write they write without its rights. They read with those of who made them where the server
-- writes that down (ignore_empty_sql_security_in_create_view_query = 0), else with load's: so it may read the landing
-- tables, which hold nothing.
CREATE ROLE IF NOT EXISTS cd_writer;
GRANT SHOW TABLES, SHOW COLUMNS ON customer_dynamics.* TO cd_writer;
GRANT SELECT, INSERT ON customer_dynamics.interactions_landing TO cd_writer;
GRANT SELECT, INSERT ON customer_dynamics.sessions_landing TO cd_writer;
GRANT SELECT, INSERT ON customer_dynamics.dead_letters_landing TO cd_writer;
GRANT INSERT ON customer_dynamics.pipeline_status_log TO cd_writer;
GRANT INSERT ON customer_dynamics.late_repairs TO cd_writer;
GRANT INSERT ON customer_dynamics.resessionize_requests TO cd_writer;
GRANT INSERT ON customer_dynamics.repeat_contacts_days TO cd_writer;
GRANT INSERT ON customer_dynamics.durable_resolution_days TO cd_writer;
-- input() and null(), by which a block is read and tried.
GRANT CREATE TEMPORARY TABLE ON *.* TO cd_writer;
-- What is loaded, what the repair of late events reads, and what followed contacts, with the views that tell it.
GRANT SELECT ON customer_dynamics.pipeline_status TO cd_writer;
GRANT SELECT ON customer_dynamics.pipeline_status_log TO cd_writer;
GRANT SELECT ON customer_dynamics.interactions TO cd_writer;
GRANT SELECT ON customer_dynamics.sessions TO cd_writer;
GRANT SELECT ON customer_dynamics.sessions_current TO cd_writer;
GRANT SELECT ON customer_dynamics.legs TO cd_writer;
GRANT SELECT ON customer_dynamics.legs_current TO cd_writer;
GRANT SELECT ON customer_dynamics.dead_letters_log TO cd_writer;
GRANT SELECT ON customer_dynamics.session_rules TO cd_writer;
GRANT SELECT ON customer_dynamics.late_repairs TO cd_writer;
GRANT SELECT ON customer_dynamics.resessionize_requests TO cd_writer;
GRANT SELECT ON customer_dynamics.audit_safe_until TO cd_writer;
GRANT SELECT ON customer_dynamics.rate_card TO cd_writer;
GRANT SELECT ON customer_dynamics.leg_facts TO cd_writer;
GRANT SELECT ON customer_dynamics.contacts TO cd_writer;
GRANT SELECT ON customer_dynamics.contact_followups TO cd_writer;
GRANT SELECT ON customer_dynamics.repeat_contacts TO cd_writer;
GRANT SELECT ON customer_dynamics.durable_resolution TO cd_writer;
GRANT SELECT ON customer_dynamics.repeat_contacts_days TO cd_writer;
GRANT SELECT ON customer_dynamics.durable_resolution_days TO cd_writer;
GRANT SELECT ON system.tables TO cd_writer;
GRANT SELECT ON system.parts TO cd_writer;

-- Analysts: every view but the words. Of interactions they do not see what a person wrote, where in a site, and what
-- the source said besides (source_event_id, page_url, page_title, page_referrer, attributes, text); customer_id is a
-- pseudonym, or your own id where a sender verified it.
CREATE ROLE IF NOT EXISTS cd_analyst;
GRANT SELECT(
  event_id, event_type, occurred_at, received_at, observed_at, customer_id, identity_type, identity_verified, late,
  sessionised, source_system, source_instance, source_sequence, channel, provider, direction, stage, interaction_id,
  contact_id, previous_interaction_id, thread_id, case_id, order_id, campaign_id, actor_type, actor_id, actor_team,
  agent_id, queue, queue_name, queue_skill, intent, intent_confidence, intent_model, topic, reason, desire,
  emotion_score, emotion_label, emotion_model, emotion_raw, outcome, outcome_code, resolved_by, disconnect_by, goal,
  wait_ms, ring_ms, ivr_ms, talk_ms, hold_ms, acw_ms, focus_ms, response_ms, total_ms, commerce_type,
  commerce_product_ids, commerce_value_minor, commerce_currency, commerce_offered, commerce_accepted, survey_kind,
  survey_score, survey_scale_min, survey_scale_max, quality_form, quality_score_pct, quality_evaluator, cost_minor,
  cost_currency, page_path, language, failure_step, desire_confidence, desire_model, kafka_partition
) ON customer_dynamics.interactions TO cd_analyst;
GRANT SELECT ON customer_dynamics.metric_definitions_log TO cd_analyst;
GRANT SELECT ON customer_dynamics.channel_failure_paths_by_customer TO cd_analyst;
GRANT SELECT ON customer_dynamics.leg_metrics_15m TO cd_analyst;
GRANT SELECT ON customer_dynamics.repeat_contacts_days TO cd_analyst;
GRANT SELECT ON customer_dynamics.durable_resolution_days TO cd_analyst;
GRANT SELECT ON customer_dynamics.volume_trends_15m TO cd_analyst;
GRANT SELECT ON customer_dynamics.agent_schedules TO cd_analyst;
GRANT SELECT ON customer_dynamics.agent_status_classes TO cd_analyst;
GRANT SELECT ON customer_dynamics.business_holidays TO cd_analyst;
GRANT SELECT ON customer_dynamics.business_hours TO cd_analyst;
GRANT SELECT ON customer_dynamics.case_status_classes TO cd_analyst;
GRANT SELECT ON customer_dynamics.dead_letters_log TO cd_analyst;
GRANT SELECT ON customer_dynamics.late_repairs TO cd_analyst;
GRANT SELECT ON customer_dynamics.pipeline_status_log TO cd_analyst;
GRANT SELECT ON customer_dynamics.rate_card TO cd_analyst;
GRANT SELECT ON customer_dynamics.service_level_targets TO cd_analyst;
GRANT SELECT ON customer_dynamics.session_rules TO cd_analyst;
GRANT SELECT ON customer_dynamics.legs TO cd_analyst;
GRANT SELECT ON customer_dynamics.sessions TO cd_analyst;
GRANT SELECT ON customer_dynamics.abandonments TO cd_analyst;
GRANT SELECT ON customer_dynamics.agent_handle_times TO cd_analyst;
GRANT SELECT ON customer_dynamics.agent_status_intervals TO cd_analyst;
GRANT SELECT ON customer_dynamics.agent_time TO cd_analyst;
GRANT SELECT ON customer_dynamics.audit_safe_until TO cd_analyst;
GRANT SELECT ON customer_dynamics.backlog TO cd_analyst;
GRANT SELECT ON customer_dynamics.backlog_daily TO cd_analyst;
GRANT SELECT ON customer_dynamics.business_open_intervals TO cd_analyst;
GRANT SELECT ON customer_dynamics.callbacks TO cd_analyst;
GRANT SELECT ON customer_dynamics.case_changes TO cd_analyst;
GRANT SELECT ON customer_dynamics.channel_failure_paths TO cd_analyst;
GRANT SELECT ON customer_dynamics.channel_switches TO cd_analyst;
GRANT SELECT ON customer_dynamics.contact_followups TO cd_analyst;
GRANT SELECT ON customer_dynamics.contact_metrics TO cd_analyst;
GRANT SELECT ON customer_dynamics.contact_rate TO cd_analyst;
GRANT SELECT ON customer_dynamics.contacts TO cd_analyst;
GRANT SELECT ON customer_dynamics.containment TO cd_analyst;
GRANT SELECT ON customer_dynamics.conversation_metrics TO cd_analyst;
GRANT SELECT ON customer_dynamics.cost_per_contact TO cd_analyst;
GRANT SELECT ON customer_dynamics.cost_per_resolution TO cd_analyst;
GRANT SELECT ON customer_dynamics.customer_timeline TO cd_analyst;
GRANT SELECT ON customer_dynamics.customer_voice TO cd_analyst;
GRANT SELECT ON customer_dynamics.dead_letters TO cd_analyst;
GRANT SELECT ON customer_dynamics.durable_resolution TO cd_analyst;
GRANT SELECT ON customer_dynamics.durable_resolution_daily TO cd_analyst;
GRANT SELECT ON customer_dynamics.efficiency_metrics TO cd_analyst;
GRANT SELECT ON customer_dynamics.escalation_leaks TO cd_analyst;
GRANT SELECT ON customer_dynamics.failure_steps TO cd_analyst;
GRANT SELECT ON customer_dynamics.handle_times TO cd_analyst;
GRANT SELECT ON customer_dynamics.journey_legs TO cd_analyst;
GRANT SELECT ON customer_dynamics.journey_outcomes TO cd_analyst;
GRANT SELECT ON customer_dynamics.journey_sessions TO cd_analyst;
GRANT SELECT ON customer_dynamics.journeys TO cd_analyst;
GRANT SELECT ON customer_dynamics.late_events TO cd_analyst;
GRANT SELECT ON customer_dynamics.leg_facts TO cd_analyst;
GRANT SELECT ON customer_dynamics.leg_metrics_in TO cd_analyst;
GRANT SELECT ON customer_dynamics.legs_current TO cd_analyst;
GRANT SELECT ON customer_dynamics.metric_definitions TO cd_analyst;
GRANT SELECT ON customer_dynamics.missed_opportunities TO cd_analyst;
GRANT SELECT ON customer_dynamics.pipeline_status TO cd_analyst;
GRANT SELECT ON customer_dynamics.queue_waits_in TO cd_analyst;
GRANT SELECT ON customer_dynamics.repeat_contacts TO cd_analyst;
GRANT SELECT ON customer_dynamics.repeat_contacts_daily TO cd_analyst;
GRANT SELECT ON customer_dynamics.response_daily TO cd_analyst;
GRANT SELECT ON customer_dynamics.response_levels TO cd_analyst;
GRANT SELECT ON customer_dynamics.sentiment_shifts TO cd_analyst;
GRANT SELECT ON customer_dynamics.service_levels TO cd_analyst;
GRANT SELECT ON customer_dynamics.sessionization_audit TO cd_analyst;
GRANT SELECT ON customer_dynamics.sessions_current TO cd_analyst;
GRANT SELECT ON customer_dynamics.survey_responses TO cd_analyst;
GRANT SELECT ON customer_dynamics.survey_scores TO cd_analyst;
GRANT SELECT ON customer_dynamics.text_models TO cd_analyst;
GRANT SELECT ON customer_dynamics.transfers TO cd_analyst;
GRANT SELECT ON customer_dynamics.volume_trends TO cd_analyst;
GRANT SELECT ON customer_dynamics.wait_percentiles TO cd_analyst;

-- On top, for who is entitled to a person's own words: with cd_attributes also customer_timeline.
CREATE ROLE IF NOT EXISTS cd_words;
GRANT SELECT(source_event_id, page_url, page_title, page_referrer, text) ON customer_dynamics.interactions TO cd_words;

-- On top, for back-office figures: the status of a case is an attribute, so the views of backlogs read attributes. These
-- are whatever sources send besides; look at yours before you grant it.
CREATE ROLE IF NOT EXISTS cd_attributes;
GRANT SELECT(attributes) ON customer_dynamics.interactions TO cd_attributes;

-- Analysts of some channels only. Which ones is a setting of the user's that nobody but an administrator changes:
--   CREATE USER ana IDENTIFIED … DEFAULT ROLE cd_analyst_by_channel SETTINGS SQL_cd_channels = 'VOICE,CHAT' CONST;
-- SQL_ is ClickHouse's own prefix for such settings. Without it every query is an error, never everything.
-- Rows that belong to several channels (sessions, journeys, failure paths) are seen when one of them is among them.
CREATE ROLE IF NOT EXISTS cd_analyst_by_channel;
GRANT cd_analyst TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.interactions USING has(splitByChar(',', getSetting('SQL_cd_channels')), channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.interactions USING 1 TO ALL EXCEPT cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.legs USING has(splitByChar(',', getSetting('SQL_cd_channels')), channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.legs USING 1 TO ALL EXCEPT cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.leg_metrics_15m USING has(splitByChar(',', getSetting('SQL_cd_channels')), channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.leg_metrics_15m USING 1 TO ALL EXCEPT cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.volume_trends_15m USING has(splitByChar(',', getSetting('SQL_cd_channels')), channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.volume_trends_15m USING 1 TO ALL EXCEPT cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.sessions USING hasAny(splitByChar(',', getSetting('SQL_cd_channels')), channels) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.sessions USING 1 TO ALL EXCEPT cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.channel_failure_paths_by_customer USING has(splitByChar(',', getSetting('SQL_cd_channels')), first_failed_channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.channel_failure_paths_by_customer USING 1 TO ALL EXCEPT cd_analyst_by_channel;
-- By the channel on which contacts began; that a day is computed is told by a row without one. What followed on any channel counts here.
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.repeat_contacts_days USING channel = '' OR has(splitByChar(',', getSetting('SQL_cd_channels')), channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.repeat_contacts_days USING 1 TO ALL EXCEPT cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_by_channel ON customer_dynamics.durable_resolution_days USING channel = '' OR has(splitByChar(',', getSetting('SQL_cd_channels')), channel) TO cd_analyst_by_channel;
CREATE ROW POLICY IF NOT EXISTS cd_all ON customer_dynamics.durable_resolution_days USING 1 TO ALL EXCEPT cd_analyst_by_channel;

-- Dashboards: as analysts, within limits, and read only (2: Grafana's plug-in sets formats and limits of its own).
CREATE SETTINGS PROFILE IF NOT EXISTS cd_dashboard SETTINGS
  readonly = 2,
  max_execution_time = 30 MIN 1 MAX 30,
  max_memory_usage = 2000000000 MAX 2000000000,
  max_rows_to_read = 2000000000 MAX 2000000000,
  max_result_rows = 100000 MAX 100000,
  max_concurrent_queries_for_user = 20 MAX 20;
CREATE ROLE IF NOT EXISTS cd_dashboard SETTINGS PROFILE 'cd_dashboard';
GRANT cd_analyst TO cd_dashboard;
