import { Random } from '../../simulator/core/random';
import type { RecomputedLeg } from './leg';

export type RandomLeg = RecomputedLeg & { version: number; short_abandoned: boolean };
export type SignedLeg = RandomLeg & { sign: 1 | -1 };

const minute = 60_000;

/** Waits around every border there is: whole seconds, a millisecond beside them, long ones, none that is known. */
function waitOf(random: Random): number | null {
  if (random.chance(0.03)) return null;
  if (random.chance(0.3)) return random.pick([0, 1, 999, 1000, 4999, 5000, 5001, 19_999, 20_000, 20_001, 60_000]);
  return random.chance(0.02) ? random.int(0, 72 * 60 * minute) : random.int(0, 90_000);
}

const known = (random: Random, value: () => number, share = 0.85): number | null =>
  random.chance(share) ? value() : null;

/** A leg with everything about it drawn anew, but for what never changes: who, which, and when it arrived. */
function draw(
  random: Random,
  fixed: Pick<RandomLeg, 'customer_id' | 'leg_id' | 'arrived_at'>,
  version: number,
): RandomLeg {
  const { arrived_at } = fixed;
  const kind = random.weighted({ answered: 45, abandoned: 18, flow_out: 9, waiting: 3, direct: 9, menu: 14, plain: 2 });
  const queues = kind !== 'direct' && kind !== 'menu' && kind !== 'plain';
  const wait = waitOf(random);
  const queued_at = queues ? arrived_at + random.pick([0, 0, 12_345]) : null;
  const leftAt = (queued_at ?? arrived_at) + (wait ?? 7000);
  const isAnswered = kind === 'answered' || kind === 'direct';
  const talk_ms = known(random, () => random.int(0, 12 * minute));
  const hold_ms = known(random, () => random.pick([0, 0, random.int(1, 3 * minute)]), 0.5);
  const isHandled = isAnswered && random.chance(0.9);
  const handled_at = isHandled ? leftAt + random.int(0, 20 * minute) : null;
  const left_by = { answered: 'ANSWERED', abandoned: 'ABANDONED', flow_out: 'FLOW_OUT' }[kind as string] ?? '';
  return {
    ...fixed,
    session_id: `${fixed.customer_id}-${random.pick(['s', 't'])}`,
    contact_id: random.pick(['k', 'l', fixed.leg_id]),
    channel: random.weighted({ VOICE: 6, CHAT: 3, EMAIL: 1 }),
    stage: kind === 'menu' ? 'SELF_SERVICE' : random.pick(['AGENT', 'QUEUE', 'WRAP_UP']),
    queue: kind === 'plain' ? '' : random.pick(['', 'a', 'b', 'c']),
    agent_id: isAnswered ? random.pick(['', 'anna', 'ben', 'cleo']) : '',
    direction: random.weighted({ INBOUND: 8, OUTBOUND: 2, UNKNOWN: 1 }),
    queued_at,
    answered_at: isAnswered && random.chance(0.97) ? leftAt : null,
    ended_at: Math.max(handled_at ?? leftAt, leftAt) + random.int(0, random.pick([1, 1, 40]) * minute),
    handled_at,
    first_reply_at: known(random, () => arrived_at + random.int(0, 10 * minute), 0.2),
    wait_ms: queues ? wait : null,
    ring_ms: known(random, () => random.int(0, 30_000), 0.3),
    ...{ talk_ms, hold_ms },
    acw_ms: known(random, () => random.int(0, 2 * minute), 0.6),
    focus_ms: known(random, () => random.int(0, 5 * minute), 0.2),
    hold_count: random.pick([0, 0, 0, 1, 2]),
    offer_count: random.pick([0, 0, 1, 2, 3]),
    unanswered_offer_count: random.int(0, 2),
    left_by,
    flow_out_kind: kind === 'flow_out' ? random.pick(['callback', 'voicemail', 'closed', '']) : '',
    abandoned_in: random.pick(['', '', '', 'IVR', 'QUEUE', 'RING', 'HOLD']),
    disconnect_by: random.pick(['', 'CUSTOMER', 'customer', 'AGENT', 'SYSTEM', 'TELECOM_PROBLEM']),
    transfer_kind: random.pick(['', 'cold', 'blind', 'warm', 'Consult', 'attended', 'queue', 'external', 'parked']),
    transferred: random.chance(0.2),
    short_abandoned: left_by === 'ABANDONED' && wait !== null && wait <= 5000,
    version,
  };
}

/**
 * Blocks of signed rows as load would insert them: every leg comes in some block and is revised, or taken back for good,
 * in later ones. `current` holds the legs as they are behind the blocks given out so far.
 */
export class RandomLegs {
  readonly current = new Map<string, RandomLeg>();
  private readonly random: Random;
  private changes = 0;

  constructor(
    seed: number,
    private readonly range: { from: number; to: number },
  ) {
    this.random = Random.of(seed, 'legs');
  }

  /** `arrivals` new legs and as many changes of legs there are, in any order of rows. */
  block(arrivals: number, revisions: number): SignedLeg[] {
    const rows: SignedLeg[] = [];
    const version = ++this.changes;
    const put = (leg: RandomLeg): void => {
      this.current.set(leg.leg_id, leg);
      rows.push({ ...leg, sign: 1 });
    };
    const changed = new Set<string>();
    const there = [...this.current.values()];
    for (let i = 0; i < revisions && there.length > 0; i++) {
      const leg = this.random.pick(there);
      if (changed.has(leg.leg_id)) continue;
      changed.add(leg.leg_id);
      rows.push({ ...leg, sign: -1 });
      if (this.random.chance(0.08)) this.current.delete(leg.leg_id);
      else
        put(
          draw(this.random, { customer_id: leg.customer_id, leg_id: leg.leg_id, arrived_at: leg.arrived_at }, version),
        );
    }
    for (let i = 0; i < arrivals; i++) {
      const fixed = {
        customer_id: `c${this.random.int(1, 900)}`,
        leg_id: `l${version}-${i}`,
        arrived_at: this.random.int(this.range.from, this.range.to - 1),
      };
      put(draw(this.random, fixed, version));
    }
    return this.shuffled(rows);
  }

  private shuffled<Item>(items: Item[]): Item[] {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.random.int(0, i);
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  }
}
