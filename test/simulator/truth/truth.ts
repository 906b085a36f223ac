import { hourOf } from '../core/calendar';
import type { Channel, Line } from '../core/event';
import type { QueueFigures } from '../core/ledger';
import type { Planned } from '../core/roster';
import type { LegFigures } from './figures';
import { legFigures } from './figures';
import { queueFigures, totalFigures } from './queues';
import { isSessionised } from './rules';
import { type ServiceTruth, serviceTruth } from './service';
import type { Session, Sessionised } from './sessionise';
import { sessionise } from './sessionise';

/** A number over all distinct events, and over those that are not late. */
export interface Counted {
  all: number;
  in_time: number;
}

/** Customers' events of a channel, in total and by hour of day (UTC). */
export interface ChannelCounts extends Counted {
  by_hour: number[];
  by_hour_in_time: number[];
}

/** What sessions make visible. */
export interface SessionTruth {
  /** By queue id, '' for legs without a queue. */
  queues: Record<string, QueueFigures>;
  legs: number;
  /** By channel. */
  leg_figures: Record<string, LegFigures>;
  /** In order of customer_id and start. */
  sessions: Session[];
}

/**
 * What a correct pipeline must show for a file. Times are milliseconds since the epoch (UTC). Its sessions, legs and
 * queues are the final ones: of all distinct events, the late ones having joined their sessions.
 */
export interface Truth extends SessionTruth, ServiceTruth {
  /** Lines of the file: distinct events and repeats. */
  lines: number;
  repeats: number;
  events: Counted;
  late: number;
  staff_events: Counted;
  customer_events: Counted;
  /** Customers' events that sessions leave out: marketing, surveys, delivery receipts, analyses. */
  excluded_events: Counted;
  sessionised_events: Counted;
  customers: Counted;
  channels: Partial<Record<Channel, ChannelCounts>>;
  queues_total: QueueFigures;
  /** What there is before any late event has joined a session. */
  in_time: SessionTruth;
}

/** The truth about a file, from its lines and who of them is late, and from the workforce plan of a run of `days`. */
export function truthOf(lines: readonly Line[], { plans, days }: { plans: readonly Planned[]; days: number }): Truth {
  const distinct = lines.filter(({ repeat }) => !repeat);
  const inTime = distinct.filter(({ late }) => !late);
  const customers = distinct.filter(({ customer_id }) => customer_id !== '');
  const final = asTruth(sessionise(distinct));
  return {
    lines: lines.length,
    repeats: lines.length - distinct.length,
    events: counted(distinct),
    late: distinct.length - inTime.length,
    staff_events: counted(distinct.filter(({ customer_id }) => customer_id === '')),
    customer_events: counted(customers),
    excluded_events: counted(customers.filter(({ event }) => !isSessionised(event))),
    sessionised_events: counted(customers.filter(({ event }) => isSessionised(event))),
    customers: { all: people(customers), in_time: people(customers.filter(({ late }) => !late)) },
    channels: channelCounts(customers),
    ...final,
    queues_total: totalFigures(final.queues),
    ...serviceTruth(distinct, plans, days),
    in_time: asTruth(sessionise(inTime)),
  };
}

function asTruth({ sessions, legs }: Sessionised): SessionTruth {
  return {
    queues: queueFigures(legs),
    legs: legs.length,
    leg_figures: legFigures(legs),
    sessions: sessions.sort((a, b) => compare(a.customer_id, b.customer_id) || a.started_at - b.started_at),
  };
}

function counted(lines: readonly Line[]): Counted {
  return { all: lines.length, in_time: lines.filter(({ late }) => !late).length };
}

function people(lines: readonly Line[]): number {
  return new Set(lines.map(({ customer_id }) => customer_id)).size;
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function channelCounts(lines: readonly Line[]): Truth['channels'] {
  const channels: Truth['channels'] = {};
  for (const { event, at, late } of lines) {
    const counts = channels[event.channel] ?? { all: 0, in_time: 0, by_hour: zeros(), by_hour_in_time: zeros() };
    channels[event.channel] = counts;
    const hour = hourOf(at);
    counts.all++;
    counts.by_hour[hour]!++;
    if (late) continue;
    counts.in_time++;
    counts.by_hour_in_time[hour]!++;
  }
  return channels;
}

function zeros(): number[] {
  return new Array<number>(24).fill(0);
}
