import type { StationPlan } from '../organisation/stations';
import { HOUR_MS, hourOf, MINUTE_MS, SECOND_MS } from './calendar';
import type { Kernel, Process } from './kernel';
import type { Random } from './random';
import { type Duty, dutiesOf, type Planned, plannedDay, type Shift, shiftOf } from './roster';

/** One conversation's worth of an agent. */
export interface Seat {
  agent: string;
  /** The first seat of an agent speaks for the agent in status events. */
  first: boolean;
  shift: Shift;
  index: number;
  onDuty: boolean;
  state: 'free' | 'ringing' | 'busy' | 'away';
  /** What its agent should have left the queue for by now. */
  due: Duty[];
}

export type OfferType = 'offer.made' | 'offer.accepted' | 'offer.timeout' | 'offer.rejected';

export type Seating = { kind: 'answered'; seat: Seat } | { kind: 'abandoned' | 'closed' | 'overdue' };

interface Ticket {
  enteredAt: number;
  patienceEnds: number;
  onOffer: (type: OfferType, agent: string) => void;
  resume: (seating: Seating) => void;
  state: 'waiting' | 'offered' | 'accepted' | 'gone';
  /** Where it rings. */
  seat: Seat | undefined;
}

/** What the station tells of its agents. */
export interface StaffRecorder {
  status: (agent: string, status: string) => void;
  planned: (rows: Planned[]) => void;
}

/**
 * A queue and its agents. Waits, unanswered offers and hang-ups are consequences of who is free and how patient people
 * are; nothing here draws an outcome.
 */
export class Station {
  private readonly seats: Seat[] = [];
  private readonly free: Seat[] = [];
  private readonly waiting: Ticket[] = [];
  private dispatchDue = false;
  private readonly roster: Random;
  /** Until when an agent is ill. */
  private readonly absentUntil = new Map<string, number>();

  constructor(
    readonly plan: StationPlan,
    private readonly kernel: Kernel,
    private readonly random: Random,
    private readonly scale: number,
    private readonly recorder: StaffRecorder,
  ) {
    this.roster = random.fork('roster');
    const seats = this.seatsAt(1);
    for (const shift of ['A', 'B', 'N'] as const) {
      for (let index = 0; index < seats; index++) {
        const agent = `${plan.id}-${shift}${String(Math.floor(index / plan.slots) + 1).padStart(2, '0')}`;
        const first = index % plan.slots === 0;
        this.seats.push({ agent, first, shift, index, onDuty: false, state: 'away', due: [] });
      }
    }
    this.kernel.at(this.kernel.now, () => this.turnOfHour());
  }

  /** Is anybody scheduled to work now? */
  get open(): boolean {
    return this.plan.staffing(this.kernel.now) > 0;
  }

  /** People waiting per seat on duty. */
  get pressure(): number {
    return this.waiting.length / Math.max(1, this.seats.filter((seat) => seat.onDuty).length);
  }

  /**
   * Waits for an agent. Whoever got a seat gives it back by `release`.
   * Whose patience ends while an offer rings hangs up while it rings.
   */
  *enter(patience_ms: number, onOffer: Ticket['onOffer']): Process<Seating> {
    const patienceEnds = this.kernel.now + Math.min(patience_ms, this.plan.overdue_ms ?? patience_ms);
    const seating = yield (resume) => {
      const ticket: Ticket = {
        enteredAt: this.kernel.now,
        patienceEnds,
        onOffer,
        resume,
        state: 'waiting',
        seat: undefined,
      };
      this.waiting.push(ticket);
      this.kernel.at(patienceEnds, () => {
        if (ticket.state === 'waiting') this.giveUp(ticket);
        // Not in the millisecond in which it may have begun to ring.
        else if (ticket.state === 'offered') this.kernel.at(this.kernel.now + 300, () => this.hangUpRinging(ticket));
      });
      this.wake();
    };
    return seating as Seating;
  }

  /** The agent is ready for the next one. */
  release(seat: Seat): void {
    if (seat.due.length > 0 && seat.onDuty) this.attend(seat);
    else if (seat.onDuty) this.makeFree(seat);
    else this.leave(seat);
  }

  private seatsAt(share: number): number {
    return Math.max(1, Math.ceil(this.plan.seats * this.scale * share)) * this.plan.slots;
  }

  private turnOfHour(): void {
    const { now } = this.kernel;
    const wanted = this.wantedAt(now);
    for (const seat of this.seats) {
      const rostered = this.isRostered(seat, now);
      if (rostered && seat.first && (this.absentUntil.get(seat.agent) ?? 0) <= now && !seat.onDuty) this.planDay(seat);
      const onDuty = rostered && (this.absentUntil.get(seat.agent) ?? 0) <= now;
      if (onDuty && !seat.onDuty) this.arrive(seat);
      if (!onDuty && seat.onDuty) {
        seat.onDuty = false;
        if (seat.state === 'free') this.leave(seat);
      }
    }
    if (wanted === 0 && this.plan.overdue_ms === undefined) {
      for (const ticket of [...this.waiting]) this.dismiss(ticket, 'closed');
    }
    this.kernel.at(this.kernel.now + HOUR_MS, () => this.turnOfHour());
  }

  private wantedAt(time: number): number {
    const share = this.plan.staffing(time);
    return share > 0 ? this.seatsAt(share) : 0;
  }

  private isRostered(seat: Seat, time: number): boolean {
    return seat.shift === shiftOf(hourOf(time)) && seat.index < this.wantedAt(time);
  }

  /**
   * Writes the agent's plan for the hours that begin now. One in 40 is ill that day. A team of one or two has breaks and
   * nothing more: its queue would be empty of agents.
   */
  private planDay(seat: Seat): void {
    const from = this.kernel.now;
    let to = from;
    while (this.isRostered(seat, to)) to += HOUR_MS;
    const few = this.wantedAt(from) <= 2 * this.plan.slots;
    if (!few && this.roster.chance(0.025)) {
      this.absentUntil.set(seat.agent, to);
      this.recorder.planned([{ agent_id: seat.agent, starts_at: from, ends_at: to, activity: 'ABSENCE' }]);
      return;
    }
    const number = Math.floor(seat.index / this.plan.slots);
    const duties = dutiesOf(number, few, from, to);
    this.recorder.planned(plannedDay(seat.agent, from, to, duties));
    for (const duty of duties) {
      this.kernel.at(duty.at, () => {
        if (!seat.onDuty) return;
        seat.due.push(duty);
        if (seat.state === 'free') this.attend(seat);
      });
    }
  }

  private arrive(seat: Seat): void {
    seat.onDuty = true;
    // Somebody still busy from the turn before simply goes on.
    if (seat.state !== 'away') return;
    this.status(seat, 'AVAILABLE');
    this.makeFree(seat);
  }

  private leave(seat: Seat): void {
    this.removeFree(seat);
    seat.state = 'away';
    seat.due = [];
    this.status(seat, 'OFFLINE');
  }

  private attend(seat: Seat): void {
    const { activity, ms } = seat.due.shift()!;
    this.awayFor(seat, activity, ms);
  }

  private awayFor(seat: Seat, status: string, ms: number): void {
    this.removeFree(seat);
    // Not 'away': an hour's turn must not call the agent back early.
    seat.state = 'busy';
    this.status(seat, status);
    this.kernel.at(this.kernel.now + ms, () => {
      if (seat.onDuty && seat.due.length === 0) this.status(seat, 'AVAILABLE');
      this.release(seat);
    });
  }

  private status(seat: Seat, status: string): void {
    if (seat.first) this.recorder.status(seat.agent, status);
  }

  private makeFree(seat: Seat): void {
    seat.state = 'free';
    this.free.push(seat);
    this.wake();
  }

  private removeFree(seat: Seat): void {
    const at = this.free.indexOf(seat);
    if (at >= 0) this.free.splice(at, 1);
  }

  /** Routing takes a moment, so an offer never shares its millisecond with what caused it. */
  private wake(): void {
    if (this.dispatchDue) return;
    this.dispatchDue = true;
    this.kernel.at(this.kernel.now + this.random.int(60, 400), () => {
      this.dispatchDue = false;
      while (this.free.length > 0 && this.waiting.length > 0) {
        if (this.waiting[0]!.enteredAt === this.kernel.now) return this.wake();
        this.offer(this.waiting.shift()!, this.free.shift()!);
      }
    });
  }

  private offer(ticket: Ticket, seat: Seat): void {
    ticket.state = 'offered';
    if (!this.plan.rings) {
      this.seatTicket(ticket, seat);
      return;
    }
    seat.state = 'ringing';
    ticket.seat = seat;
    ticket.onOffer('offer.made', seat.agent);
    const noAnswer = this.random.chance(0.03);
    const rejected = noAnswer && this.random.chance(0.3);
    const ring = noAnswer && !rejected ? 20 * SECOND_MS : this.random.int(1200, 7500);
    this.kernel.at(this.kernel.now + ring, () => {
      if (ticket.seat !== seat) return;
      ticket.seat = undefined;
      if (!noAnswer) {
        ticket.state = 'accepted';
        ticket.onOffer('offer.accepted', seat.agent);
        seat.state = 'busy';
        this.kernel.at(this.kernel.now + 150, () => this.seatTicket(ticket, seat));
        return;
      }
      ticket.onOffer(rejected ? 'offer.rejected' : 'offer.timeout', seat.agent);
      this.awayFor(seat, 'NOT_RESPONDING', MINUTE_MS);
      ticket.state = 'waiting';
      this.waiting.unshift(ticket);
      if (this.kernel.now < ticket.patienceEnds) this.wake();
      else this.kernel.at(this.kernel.now + 300, () => ticket.state === 'waiting' && this.giveUp(ticket));
    });
  }

  private seatTicket(ticket: Ticket, seat: Seat): void {
    ticket.state = 'gone';
    seat.state = 'busy';
    ticket.resume({ kind: 'answered', seat });
  }

  /** The caller is gone; the agent who was being rung is free again. */
  private hangUpRinging(ticket: Ticket): void {
    const { seat } = ticket;
    if (ticket.state !== 'offered' || !seat) return;
    ticket.seat = undefined;
    this.giveUp(ticket);
    this.release(seat);
  }

  private giveUp(ticket: Ticket): void {
    this.dismiss(ticket, this.plan.overdue_ms === undefined ? 'abandoned' : 'overdue');
  }

  private dismiss(ticket: Ticket, kind: 'abandoned' | 'closed' | 'overdue'): void {
    const at = this.waiting.indexOf(ticket);
    if (at >= 0) this.waiting.splice(at, 1);
    ticket.state = 'gone';
    ticket.resume({ kind });
  }
}
