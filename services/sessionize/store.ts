import type { Customer } from './domain/customer';
import type { SessionRules } from './domain/rules';
import type { Watermark } from './domain/watermark';

/** A walk over all customers is spread over this many transactions. */
const walkTransactions = 50;
const leastWalked = 500;
/** Told by one walk: as many as its transactions can write anew. */
const mostFarBehind = 5_000;
/** Customers given up of late whose last change is still known one by one. */
const rememberedChanges = 50_000;

/** How customers that are not in use are kept: as bytes outside the heap. */
export interface Packing {
  /** One of whom nothing is known. */
  create(): Customer;
  pack(customer_id: string, customer: Customer): Buffer;
  unpack(bytes: Buffer): Customer;
}

interface Cold {
  bytes: Buffer;
  floor: number;
  evictable_at: number;
  sessions: number;
  changeSeq: number;
}

/** A walk over all customers, some with each transaction. */
interface Walk {
  ids: string[];
  next: number;
  floor: number;
  farBehind: string[];
  sessions: number;
  largest_session_legs: number;
  largest_customer_events: number;
}

/** How much there is; sessions and the largest of those not packed as of the last whole walk. */
export interface StoreSize {
  customers: number;
  sessions: number;
  largest_session_legs: number;
  largest_customer_events: number;
  packed_customers: number;
  packed_bytes: number;
}

const newWalk = (ids: string[], floor: number): Walk => ({
  ids,
  next: 0,
  floor,
  farBehind: [],
  sessions: 0,
  largest_session_legs: 0,
  largest_customer_events: 0,
});

/** What one partition's sessionizer knows between two transactions. */
export class SessionStore {
  /** Customers as objects; those not used of late come first, roughly. */
  private readonly hot = new Map<string, Customer>();
  private readonly cold = new Map<string, Cold>();
  private coldBytes = 0;
  private used = new Map<string, Customer>();
  private readonly lastChanges = new Map<string, number>();
  private walk: Walk;
  private farBehind: string[] = [];
  /** As of the last whole walk. */
  private counted = { sessions: 0, largest_session_legs: 0, largest_customer_events: 0 };

  constructor(
    private readonly rules: SessionRules,
    private readonly packing: Packing,
    private readonly hotCustomers: number,
    /** A customer whose floor lies this far behind is worth writing anew. */
    private readonly snapshotAfterRecords: number,
    public watermark: Watermark,
    /** change_seq of the last change set. */
    public changeSeq: number,
    /** Offset in the sessions topic above everything known to be written. */
    public nextOffset: number,
    /** Nothing here that is not known by name has changed since this change_seq. */
    private changedSince = changeSeq,
    private knownFloor = nextOffset,
  ) {
    this.walk = newWalk([], knownFloor);
  }

  /** A customer's state, to be changed in place; empty for one that is not known. */
  open(customer_id: string): Customer {
    let customer = this.hot.get(customer_id);
    if (!customer) {
      const cold = this.cold.get(customer_id);
      customer = cold ? this.thaw(customer_id, cold) : this.packing.create();
      this.hot.set(customer_id, customer);
    }
    this.used.set(customer_id, customer);
    return customer;
  }

  /** change_seq of the customer's last change set, or one that is no lower. */
  lastChangeOf(customer_id: string): number {
    return this.open(customer_id).changeSeq || (this.lastChanges.get(customer_id) ?? this.changedSince);
  }

  /** Puts a state in place of what is known of a customer, whose packed state has been opened before. */
  set(customer_id: string, customer: Customer): void {
    this.hot.set(customer_id, customer);
    if (this.used.has(customer_id)) this.used.set(customer_id, customer);
  }

  /** After a transaction: gives up what the watermark has passed, bit by bit, and packs what has not been used of late. */
  tidy(): void {
    this.walkOn();
    for (const [id, { sessions }] of this.used) if (sessions.length === 0 && this.hot.has(id)) this.forget(id);
    this.makeRoom();
    this.used = new Map();
  }

  /**
   * Packs who has not been used of late, beyond so many. Alone while a state is being restored: a walk begun then would
   * not know of who comes after, whose floors lie below where it begins.
   */
  makeRoom(): void {
    if (this.hot.size > this.hotCustomers) this.freeze();
  }

  /**
   * Offset in the sessions topic from which a restore must read. It rises when all customers have been walked over: a
   * floor too low costs reading, never exactness, and no customer's falls.
   */
  floor(): number {
    return this.knownFloor;
  }

  /** Some of those whose oldest change set lay far behind at the last whole walk; each is told once a walk. */
  takeFarBehind(most: number): string[] {
    return this.farBehind.splice(0, most);
  }

  size(): StoreSize {
    return {
      ...this.counted,
      customers: this.hot.size + this.cold.size,
      packed_customers: this.cold.size,
      packed_bytes: this.coldBytes,
    };
  }

  private walkOn(): void {
    const { walk } = this;
    const watermark = this.watermark.value();
    const end = Math.min(walk.ids.length, walk.next + Math.max(leastWalked, walk.ids.length / walkTransactions));
    for (; walk.next < end; walk.next++) {
      const id = walk.ids[walk.next];
      const customer = this.hot.get(id);
      if (customer) {
        customer.evict(watermark);
        if (customer.sessions.length === 0) this.forget(id);
        walk.sessions += customer.sessions.length;
        walk.largest_customer_events = Math.max(walk.largest_customer_events, customer.eventCount);
        for (const { floor, legs } of customer.sessions) {
          this.noteFloor(id, floor);
          walk.largest_session_legs = Math.max(walk.largest_session_legs, legs.length);
        }
        continue;
      }
      const cold = this.cold.get(id);
      if (!cold) continue;
      if (watermark !== undefined && cold.evictable_at < watermark) {
        this.drop(id, cold);
        this.rememberChange(id, cold.changeSeq);
      } else {
        walk.sessions += cold.sessions;
        this.noteFloor(id, cold.floor);
      }
    }
    if (walk.next < walk.ids.length) return;
    // Whoever is new since the walk began lies above where it began.
    this.knownFloor = walk.floor;
    this.farBehind = walk.farBehind;
    const { sessions, largest_session_legs, largest_customer_events } = walk;
    this.counted = { sessions, largest_session_legs, largest_customer_events };
    this.walk = newWalk([...this.hot.keys(), ...this.cold.keys()], this.nextOffset);
  }

  private noteFloor(id: string, floor: number): void {
    const { walk } = this;
    walk.floor = Math.min(walk.floor, floor);
    const isFarBehind = floor < this.nextOffset - this.snapshotAfterRecords;
    if (isFarBehind && walk.farBehind.length < mostFarBehind && walk.farBehind.at(-1) !== id) walk.farBehind.push(id);
  }

  private forget(id: string): void {
    const { changeSeq } = this.hot.get(id) as Customer;
    this.hot.delete(id);
    if (changeSeq > 0) this.rememberChange(id, changeSeq);
  }

  private rememberChange(id: string, changeSeq: number): void {
    this.lastChanges.delete(id);
    this.lastChanges.set(id, changeSeq);
    if (this.lastChanges.size <= rememberedChanges) return;
    const [[oldest, seq]] = this.lastChanges;
    this.lastChanges.delete(oldest);
    this.changedSince = Math.max(this.changedSince, seq);
  }

  /** Second chance: who was used in this round goes to the end of the line, who waits to be revised too. */
  private freeze(): void {
    let surplus = this.hot.size - Math.floor(this.hotCustomers * 0.9);
    for (const [id, customer] of [...this.hot]) {
      if (surplus <= 0) return;
      surplus -= 1;
      this.hot.delete(id);
      if (this.used.has(id) || !customer.sessions.every(({ isRevised }) => isRevised)) {
        this.hot.set(id, customer);
        continue;
      }
      const bytes = this.packing.pack(id, customer);
      const cold = {
        bytes,
        floor: Math.min(...customer.sessions.map(({ floor }) => floor)),
        evictable_at: Math.max(...customer.sessions.map(({ reach }) => reach)) + this.rules.lateness_ms,
        sessions: customer.sessions.length,
        changeSeq: customer.changeSeq,
      };
      this.cold.set(id, cold);
      this.coldBytes += bytes.length;
    }
  }

  private drop(id: string, cold: Cold): void {
    this.cold.delete(id);
    this.coldBytes -= cold.bytes.length;
  }

  private thaw(id: string, cold: Cold): Customer {
    this.drop(id, cold);
    const customer = this.packing.unpack(cold.bytes);
    for (const session of customer.sessions) session.floor = cold.floor;
    return customer;
  }
}
