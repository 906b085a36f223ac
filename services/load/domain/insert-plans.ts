import type { Column, InsertPlan } from './insert-statement';

/**
 * What is inserted, by version. A version in use is never edited: a block begun with it may still have to be repeated
 * exactly. A change is a new version beside it and `currentVersion` moved on; the old one goes a release later.
 */
export const currentVersion = 3;

export interface InsertPlans {
  interactions: InsertPlan;
  sessions: InsertPlan;
  deadLetters: InsertPlan;
}

const columns = (type: string, names: string): Column[] => names.split(/\s+/).map((name) => [name, type]);

/** LowCardinality columns are read as String and cast: half the cost of building dictionaries while parsing. */
const interactions: InsertPlan = {
  landing: 'interactions_landing',
  format: 'AvroConfluent',
  columns: [
    ...columns(
      'String',
      'event_id event_type customer_id identity_type source_system source_instance source_event_id channel provider ' +
        'direction stage interaction_id contact_id previous_interaction_id thread_id case_id order_id campaign_id ' +
        'actor_type actor_id actor_team agent_id queue queue_name queue_skill intent intent_model topic reason ' +
        'desire emotion_label emotion_model outcome outcome_code resolved_by disconnect_by goal commerce_type ' +
        'commerce_currency survey_kind quality_form quality_evaluator cost_currency page_url page_path page_title ' +
        'page_referrer language failure_step',
    ),
    ...columns("DateTime64(3, 'UTC')", 'occurred_at received_at'),
    ...columns("Nullable(DateTime64(3, 'UTC'))", 'observed_at'),
    ...columns('Bool', 'identity_verified late sessionised'),
    ...columns('Nullable(Bool)', 'commerce_offered commerce_accepted'),
    ...columns(
      'Nullable(Int64)',
      'source_sequence wait_ms ring_ms ivr_ms talk_ms hold_ms acw_ms focus_ms response_ms total_ms ' +
        'commerce_value_minor cost_minor',
    ),
    ...columns(
      'Nullable(Float64)',
      'intent_confidence emotion_score emotion_raw survey_score survey_scale_min survey_scale_max quality_score_pct',
    ),
    ...columns('Array(String)', 'commerce_product_ids'),
    ...columns('Map(String, String)', 'attributes'),
  ],
};

/** Version 3: redacted text, and how sure a desire is. Records of before have no such fields. */
const interactions3: InsertPlan = {
  ...interactions,
  columns: [
    ...interactions.columns,
    ...columns('String', 'text desire_model'),
    ...columns('Nullable(Float64)', 'desire_confidence'),
  ],
  settings: ['input_format_avro_allow_missing_fields = 1'],
};

/** A tuple names all members of its record, in the order of the landing table. */
const sessionTuple =
  "session_id String, started_at DateTime64(3, 'UTC'), ended_at DateTime64(3, 'UTC'), event_count UInt64, " +
  'contact_count UInt64, leg_count UInt64, channels Array(String), path Array(String), path_counts Array(UInt32), ' +
  'outcome String, intent String, failures_before_success UInt32, first_failed_channel String, ' +
  'rescued_by_channel String, time_to_success_ms Nullable(Int64), cost_minor Nullable(Int64), currency String, ' +
  'emotion_start Nullable(Float64), emotion_end Nullable(Float64), oversized Bool, rule_version UInt32, ' +
  'version UInt64, sign Int8';
const legTuple =
  'leg_id String, interaction_id String, contact_id String, session_id String, channel String, stage String, ' +
  "queue String, agent_id String, direction String, intent String, arrived_at DateTime64(3, 'UTC'), " +
  "queued_at Nullable(DateTime64(3, 'UTC')), answered_at Nullable(DateTime64(3, 'UTC')), " +
  "ended_at DateTime64(3, 'UTC'), wait_ms Nullable(Int64), ring_ms Nullable(Int64), ivr_ms Nullable(Int64), " +
  'talk_ms Nullable(Int64), hold_ms Nullable(Int64), acw_ms Nullable(Int64), focus_ms Nullable(Int64), ' +
  "offer_count UInt32, handled_at Nullable(DateTime64(3, 'UTC')), left_by String, flow_out_kind String, " +
  'disconnect_by String, transfer_kind String, failure_step String, outcome String, short_abandoned Bool, ' +
  'transferred Bool, version UInt64, sign Int8';
/** Version 2: what the metrics of self-service, messages, holds, cost and emotion need of a leg. */
const legTuple2 = legTuple.replace(
  'version UInt64',
  'resolved_by String, goal String, case_id String, order_id String, hold_count UInt32, unanswered_offer_count UInt32, ' +
    'customer_message_count UInt32, agent_message_count UInt32, bot_message_count UInt32, ' +
    "first_reply_at Nullable(DateTime64(3, 'UTC')), abandoned_in String, contact_intent Bool, " +
    'cost_minor Nullable(Int64), cost_currency String, emotion_start Nullable(Float64), ' +
    'emotion_end Nullable(Float64), version UInt64',
);

const sessions = (leg: string): InsertPlan => ({
  landing: 'sessions_landing',
  format: 'AvroConfluent',
  columns: [
    ['customer_id', 'String'],
    ['change_seq', 'UInt64'],
    ['sessions', `Array(Tuple(${sessionTuple}))`],
    ['legs', `Array(Tuple(${leg}))`],
  ],
});

/** Only what is known of a refused record: its content stays in the dead-letter topic. */
const deadLetters: InsertPlan = {
  landing: 'dead_letters_landing',
  format: 'JSONEachRow',
  columns: [
    ...columns('String', 'reason step error field event_id source_system origin_topic'),
    ['origin_partition', 'Int32'],
    ['origin_offset', 'Int64'],
    ['origin_at', 'Int64'],
    ...columns('UInt64', 'value_bytes kafka_offset'),
  ],
  computed: { origin_at: "fromUnixTimestamp64Milli(origin_at, 'UTC')" },
};

export const insertPlans: Readonly<Record<number, InsertPlans>> = {
  1: { interactions, sessions: sessions(legTuple), deadLetters },
  2: { interactions, sessions: sessions(legTuple2), deadLetters },
  3: { interactions: interactions3, sessions: sessions(legTuple2), deadLetters },
};

/** The plans of one topic, by version. */
export const plansFor = (name: keyof InsertPlans): Readonly<Record<number, InsertPlan>> =>
  Object.fromEntries(Object.entries(insertPlans).map(([version, plans]) => [version, plans[name]]));
