import type { StationId } from '../organisation/stations';
import { stations } from '../organisation/stations';
import type { Channel, Details, Identity, SimEvent } from './event';
import type { Kernel } from './kernel';
import { Ledger } from './ledger';
import type { Random } from './random';
import type { Planned } from './roster';
import { Station } from './station';

/** Systems that number their events; the others leave ties of time to chance. */
const SEQUENCED = new Set(['acd', 'mobile-app', 'case-desk', 'mail-gateway']);

/** Everything the scripts share: clock, stations, books, and the pile of events written so far. */
export class World {
  readonly recorded: SimEvent[] = [];
  readonly ledger = new Ledger();
  /** The workforce plan as it was made, day by day. */
  readonly plans: Planned[] = [];
  private readonly stations = new Map<StationId, Station>();
  private readonly eventIds: Random;
  private readonly statusSample: Random;
  private counter = 1000;

  /** `scale` is the size of the organisation, 1 at 205,000 events. */
  constructor(
    readonly kernel: Kernel,
    readonly random: Random,
    readonly scale: number,
  ) {
    this.eventIds = random.fork('event-ids');
    this.statusSample = random.fork('status-sample');
    for (const plan of stations) {
      const recorder = {
        status: (agent: string, status: string): void => this.recordStatus(agent, plan.id, status),
        planned: (rows: Planned[]): void => void this.plans.push(...rows),
      };
      this.stations.set(plan.id, new Station(plan, kernel, random.fork(plan.id), scale, recorder));
    }
  }

  station(id: StationId): Station {
    return this.stations.get(id)!;
  }

  /** A fresh id; systems count for themselves, so ids of different systems are alike on purpose. */
  nextId(prefix: string): string {
    return `${prefix}-${this.counter++}`;
  }

  /** Writes an event now: `details` win over what it has in `common` with others. */
  record(type: string, channel: Channel, source: SimEvent['source'], details: Details, common: Details = {}): void {
    const head: SimEvent = {
      event_id: this.eventIds.hex(16),
      event_type: type,
      occurred_at: new Date(this.kernel.now).toISOString(),
      channel,
      source,
    };
    this.recorded.push(Object.assign(head, common, details));
  }

  private recordStatus(agent: string, team: string, status: string): void {
    // However small a run is, each queue is staffed: without this its events would be mostly about shifts.
    if (this.scale < 0.1 && !this.statusSample.chance(this.scale * 10)) return;
    const source = { system: 'workforce', instance: 'main' };
    this.record('agent.status_changed', 'UNKNOWN', source, {
      actor: { type: 'AGENT', id: agent, team },
      attributes: { status },
    });
  }
}

/** What the events of one interaction have in common. */
export interface InteractionSetup {
  system: string;
  instance: string;
  channel: Channel;
  interaction_id?: string;
  contact_id?: string;
  identities: Identity[];
  shared?: Details;
}

/** Writes the events of one interaction at the model's time. */
export class Interaction {
  private sequence = 0;
  private lastAt = 0;
  private common: Details;

  constructor(
    readonly world: World,
    readonly setup: InteractionSetup,
  ) {
    this.common = commonOf(setup);
  }

  /** Writes one event now and returns its time. */
  emit(type: string, details: Details = {}): number {
    const { system, instance, channel, interaction_id } = this.setup;
    const at = this.world.kernel.now;
    const sequenced = SEQUENCED.has(system);
    if (!sequenced && at <= this.lastAt) throw new Error(`${system} wrote ${type} within one millisecond of another`);
    this.lastAt = at;
    const source: SimEvent['source'] = { system, instance };
    if (sequenced) {
      source.sequence = ++this.sequence;
      if (interaction_id) source.event_id = `${interaction_id}/${source.sequence}`;
    }
    this.world.record(type, channel, source, details, this.common);
    return at;
  }

  /** From here on the system knows the person by other identities. */
  identifyAs(identities: Identity[]): void {
    this.setup.identities = identities;
    this.common = commonOf(this.setup);
  }

  /** The next interaction of the same contact, in the same system. */
  next(interaction_id: string, changes: Partial<InteractionSetup> = {}): Interaction {
    return new Interaction(this.world, { ...this.setup, interaction_id, ...changes });
  }
}

function commonOf({ interaction_id, contact_id, identities, shared }: InteractionSetup): Details {
  return { ...(interaction_id && { interaction_id }), ...(contact_id && { contact_id }), identities, ...shared };
}
