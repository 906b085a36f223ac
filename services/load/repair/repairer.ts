/**
 * Late events join sessions: sessions.commands are computed from what is loaded, for the partitions of
 * interactions.enriched that are loaded here, one round at a time.
 *
 * Guarantee: each late event comes to be in its session, or is refused for a reason that is written down. Whatever is
 * computed twice, too early or by two owners at once changes nothing: sessionize takes a command only when it was computed
 * from the customer's last change.
 */
import type { Log } from '../../lib/log';
import { clickHouseTime } from '../domain/status-row';
import type { Warehouse } from '../warehouse';
import type { CommandProducer } from './command-producer';
import type { RepairMetrics } from './metrics';
import { planRepair, type RepairPlan } from './plan';
import { type LateEvent, openRequests, type Request, reachOf, undecidedLateEvents } from './questions';

export interface RepairerDeps {
  warehouse: Pick<Warehouse, 'rows' | 'insertRows' | 'command'>;
  commands: Pick<CommandProducer, 'encode' | 'send'>;
  /** Partitions of interactions.enriched that are loaded here at the moment. */
  ownedPartitions(): number[];
  metrics: RepairMetrics;
  log: Log;
  now(): number;
  /** Nothing is written of events that were erased in the meantime. */
  isErased?(event: LateEvent): boolean;
  everyMs: number;
  customersPerRound: number;
  maxEvents: number;
  maxRoundEvents: number;
  maxBytes: number;
}

/** Why a round did nothing, or what it did. */
export type RoundResult = 'unknown' | 'behind' | 'in_flight' | 'nothing' | 'planned';

const patientTries = 5;
const mostRoundsHeldBack = 60;
const forgottenAfterMs = 3_600_000;

/** Offset behind the last command sent, and the requests it was sent for. */
interface Flight {
  end: number;
  /** As of which change its commands were computed. */
  as_of: number;
  requests: Request[];
}

export class Repairer {
  private readonly flights = new Map<number, Flight>();
  private readonly troubles = new Map<number, string>();
  /** Customers whose commands have not come to anything yet: how often, and from when on they are tried again. */
  private readonly tries = new Map<string, { count: number; nextAt: number }>();
  private readonly timer: NodeJS.Timeout;
  private working: Promise<void> | undefined;

  constructor(private readonly deps: RepairerDeps) {
    this.timer = setInterval(() => this.work(), deps.everyMs);
  }

  /** Ends the round in hand. */
  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.working;
  }

  private work(): void {
    this.working ??= this.rounds().finally(() => {
      this.working = undefined;
    });
  }

  private async rounds(): Promise<void> {
    const owned = this.deps.ownedPartitions();
    this.deps.metrics.keepOnly(owned);
    for (const partition of owned) {
      try {
        const result = await this.round(partition);
        this.deps.metrics.rounds.inc({ result });
        this.troubles.delete(partition);
      } catch (error) {
        const { message } = error as Error;
        if (this.troubles.get(partition) !== message)
          this.deps.log.warn({ partition, error: message }, 'a repair failed, trying on');
        this.troubles.set(partition, message);
        this.deps.metrics.rounds.inc({ result: 'failed' });
      }
    }
  }

  /** One round of a partition. */
  async round(partition: number): Promise<RoundResult> {
    const { warehouse, customersPerRound, metrics } = this.deps;
    const ask = warehouse.rows.bind(warehouse);
    // Before the rows: rows newer than this make a command that is refused, older ones cannot be.
    const reach = await reachOf(ask, partition);
    if (!reach) return 'unknown';
    // Else sessions would hold events that the tables lack, and lose them by the command.
    if (reach.loaded_offset < reach.input_offset) return 'behind';
    const flight = this.flights.get(partition);
    if (flight && reach.command_offset < flight.end) return 'in_flight';

    const late = await undecidedLateEvents(ask, partition, customersPerRound, this.heldBack());
    const requests = await openRequests(ask, partition, customersPerRound);
    metrics.observeWaiting(partition, late);
    // Asked for and carried out: sessions are what the events make them, or the command came too early and is sent again.
    const done = flight ? await this.carriedOut(flight) : [];
    await this.noteRequests(done, '');
    this.flights.delete(partition);
    const open = requests.filter((request) => !done.some((one) => isSame(one, request)));
    if (late.length + open.length === 0) return 'nothing';
    const plan = await planRepair(ask, { late, requests: open }, reach.as_of, this.deps);
    await this.carryOut(partition, plan, reach.as_of);
    return 'planned';
  }

  /** The first tries follow one another; whoever is busy all the time, or cannot be helped, holds nobody else up. */
  private tried(customer_id: string): void {
    const { everyMs, now } = this.deps;
    const count = (this.tries.get(customer_id)?.count ?? 0) + 1;
    const rounds = count < patientTries ? 0 : Math.min(2 ** (count - patientTries), mostRoundsHeldBack);
    this.tries.set(customer_id, { count, nextAt: now() + rounds * everyMs });
  }

  private heldBack(): string[] {
    const now = this.deps.now();
    const held: string[] = [];
    for (const [id, { count, nextAt }] of this.tries) {
      if (nextAt > now) held.push(id);
      else if (count < patientTries && now - nextAt > forgottenAfterMs) this.tries.delete(id);
    }
    return held;
  }

  private async carryOut(partition: number, plan: RepairPlan, as_of: number): Promise<void> {
    const { commands, metrics, maxBytes, log } = this.deps;
    const sendable: { customer_id: string; value: Buffer; requests: Request[] }[] = [];
    for (const { command, late, requests } of plan.commands) {
      const value = commands.encode(command);
      if (value.length <= maxBytes) sendable.push({ customer_id: command.customer_id, value, requests });
      else {
        plan.tooLargeRequests.push(...requests);
        plan.tooLarge.push(...late);
      }
    }
    await this.noteLate(plan.repaired, '');
    await this.noteLate(plan.tooLarge, 'too_large');
    await this.noteRequests(plan.tooLargeRequests, 'too_large');
    metrics.repaired.inc(plan.repaired.length);
    for (const { customer_id } of plan.repaired) this.tries.delete(customer_id);
    for (const customer_id of new Set(plan.tooLarge.map((event) => event.customer_id))) {
      metrics.tooLarge.inc();
      log.warn({ customer_id }, 'too many events for one repair: this customer is not repaired');
    }
    if (sendable.length === 0) return;
    for (const { customer_id } of sendable) this.tried(customer_id);
    const end = await commands.send(partition, sendable);
    metrics.commands.inc(sendable.length);
    this.flights.set(partition, { end, as_of, requests: sendable.flatMap(({ requests }) => requests) });
  }

  /**
   * Requests whose customers have not changed since their command was computed: it was carried out and found nothing to
   * do. One that changed something, or came too late, is sent once more.
   */
  private async carriedOut({ requests, as_of }: Flight): Promise<Request[]> {
    if (requests.length === 0) return [];
    const customers = requests.map(({ customer_id }) => customer_id);
    const rows = await this.deps.warehouse.rows<{ customer_id: string; version: number }>(
      'SELECT customer_id, max(version) AS version FROM sessions WHERE customer_id IN ({customers: Array(String)}) GROUP BY customer_id',
      { customers },
    );
    const versions = new Map(rows.map(({ customer_id, version }) => [customer_id, version]));
    return requests.filter(({ customer_id }) => (versions.get(customer_id) ?? 0) <= as_of);
  }

  private async noteLate(noted: readonly LateEvent[], refusal: string): Promise<void> {
    const events = noted.filter((event) => !this.deps.isErased?.(event));
    if (events.length === 0) return;
    const repaired_at = refusal === '' ? clickHouseTime(this.deps.now()) : null;
    const rows = events.map(({ customer_id, event_id }) => ({ customer_id, event_id, repaired_at, refusal }));
    await this.deps.warehouse.insertRows('late_repairs', rows);
  }

  private async noteRequests(requests: readonly Request[], refusal: string): Promise<void> {
    if (requests.length === 0) return;
    await this.deps.warehouse.command(
      `INSERT INTO resessionize_requests (request_id, customer_id, kafka_partition, from_at, to_at, requested_at, done_at, refusal)
       SELECT request_id, customer_id, kafka_partition, from_at, to_at, requested_at, now64(3), {refusal: String} FROM resessionize_requests FINAL
       WHERE has(arrayZip({requests: Array(String)}, {customers: Array(String)}), (request_id, customer_id))`,
      {
        refusal,
        requests: requests.map(({ request_id }) => request_id),
        customers: requests.map(({ customer_id }) => customer_id),
      },
    );
  }
}

const keyOf = ({ request_id, customer_id }: Request): string => `${request_id}/${customer_id}`;
const isSame = (a: Request, b: Request): boolean => keyOf(a) === keyOf(b);
