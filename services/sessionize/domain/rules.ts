import type { Channel } from '../../../schemas/types';

/** What decides where sessions begin and end; `session_rules` in ClickHouse holds the same under `version`. */
export interface SessionRules {
  version: number;
  /** How long an event of a channel holds its session open. */
  gap_ms: Record<Channel, number>;
  /** A dropped call and the next call within this are one contact: at most the gap of VOICE, so that they are one session. */
  reconnect_ms: number;
  /** Consecutive events of one contact further apart than this are two contacts. */
  contact_join_ms: number;
  lateness_ms: number;
  short_abandon_ms: number;
  /** Beyond this many legs, or this length, a session is flagged and its lists stop; its counts stay exact. */
  oversized_legs: number;
  oversized_ms: number;
}

const minutes = 60_000;
const hours = 60 * minutes;

/** Rule version 1, from the specification. */
export const defaultRules: SessionRules = {
  version: 1,
  gap_ms: {
    WEB: 30 * minutes,
    APP: 30 * minutes,
    CHAT: 30 * minutes,
    VOICE: 30 * minutes,
    VIDEO: 30 * minutes,
    IN_PERSON: 30 * minutes,
    UNKNOWN: 30 * minutes,
    SMS: 24 * hours,
    MESSAGING: 24 * hours,
    SOCIAL_PUBLIC: 24 * hours,
    SOCIAL_PRIVATE: 24 * hours,
    REVIEW: 24 * hours,
    EMAIL: 72 * hours,
    POSTAL: 72 * hours,
    TASK: 72 * hours,
  },
  reconnect_ms: 15 * minutes,
  contact_join_ms: 4 * hours,
  lateness_ms: hours,
  short_abandon_ms: 5_000,
  oversized_legs: 200,
  oversized_ms: 7 * 24 * hours,
};

/**
 * How far after an event another can still join it: by the channel's gap, or as the same contact where an id names one.
 * Nothing continues a page view without ids; where an earlier contact that goes on covers it, `Customer.evict` keeps it.
 */
export const reachMs = (channel: Channel, isAlone: boolean, rules: SessionRules): number =>
  isAlone ? rules.gap_ms[channel] : Math.max(rules.gap_ms[channel], rules.contact_join_ms);
