import type { SessionEvent } from '../../../schemas/types';
import { ChainLeg } from './chain-leg';
import { compareEvents } from './event-order';
import { type Leg, placeOf } from './leg';
import { neverCuts } from './leg-fold';
import type { SessionRules } from './rules';

/** Legs that an event has made, and those that are no more since their events are in others now. */
export interface LegChange {
  removed: Leg[];
  added: Leg[];
}

const unchanged: LegChange = { removed: [], added: [] };

/** The events of one interaction within one session, cut into legs. The cuts are a function of the set of events. */
export class Interaction {
  private legs: ChainLeg[];

  constructor(
    event: SessionEvent,
    private readonly key: string,
    private readonly rules: SessionRules,
  ) {
    this.legs = [new ChainLeg(event, key, rules)];
  }

  /** The leg of the event that it begins with. */
  get firstLeg(): ChainLeg {
    return this.legs[0];
  }

  /** Takes an event in; undefined when it is there already. What it costs is bounded by the legs that it changes. */
  insert(event: SessionEvent): LegChange | undefined {
    const index = this.legIndexFor(event);
    if (index < 0) return this.cutAnew(0, 1, [event]);
    const leg = this.legs[index];
    const place = placeOf(leg.events, event, (one) => one);
    if (place < leg.events.length && compareEvents(leg.events[place], event) === 0) return undefined;
    const isLast = place === leg.events.length && index === this.legs.length - 1;
    if (isLast && leg.isCutBy(event)) {
      const added = new ChainLeg(event, this.key, this.rules);
      this.legs.push(added);
      return { removed: [], added: [added] };
    }
    if (isLast || neverCuts(leg.side, event)) {
      leg.insertAt(place, event);
      return unchanged;
    }
    return this.cutAnew(index, 1, [...leg.events.slice(0, place), event, ...leg.events.slice(place)]);
  }

  /** The last leg that begins at or before an event; -1 when all begin after it. */
  private legIndexFor(event: SessionEvent): number {
    const { legs } = this;
    const place = placeOf(legs, event, (leg) => leg.first);
    return place < legs.length && compareEvents(legs[place].first, event) === 0 ? place : place - 1;
  }

  /**
   * Cuts events anew that stood in the legs from `index` on (`count` of them), and goes on into the legs behind until a
   * cut falls where there was one: from there on nothing changes, since a leg begins with nothing behind it.
   */
  private cutAnew(index: number, count: number, events: SessionEvent[]): LegChange {
    const added: ChainLeg[] = [];
    let last: ChainLeg | undefined;
    const take = (event: SessionEvent): void => {
      if (last && !last.isCutBy(event)) last.append(event);
      else {
        last = new ChainLeg(event, this.key, this.rules);
        added.push(last);
      }
    };
    events.forEach(take);
    let end = index + count;
    // A new first event stands before the first leg, which is then cut with it.
    if (index === 0 && events.length === 1) this.legs[0].events.forEach(take);
    while (end < this.legs.length && last && !last.isCutBy(this.legs[end].first)) {
      this.legs[end].events.forEach(take);
      end += 1;
    }
    const removed = this.legs.slice(index, end);
    this.legs.splice(index, removed.length, ...added);
    return { removed, added };
  }
}
