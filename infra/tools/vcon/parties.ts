import type { StoredEvent } from './stored-event';

const roles: Readonly<Record<string, string>> = {
  AGENT: 'agent',
  SUPERVISOR: 'supervisor',
  BOT: 'bot',
  THIRD_PARTY: 'thirdparty',
};

/** Who took part: the customer first, then each agent and bot as they come. */
export class Parties {
  readonly list: object[];
  private readonly places = new Map<string, number>();

  constructor(customerId: string) {
    this.list = [{ uuid: customerId, role: 'customer' }];
  }

  /** The organisation itself: of what it sent without saying who, or by which program. */
  organisation(): number {
    const known = this.places.get('');
    if (known !== undefined) return known;
    const place = this.list.length;
    this.list.push({ type: 'organization' });
    this.places.set('', place);
    return place;
  }

  /** Index of an event's actor, 0 for the customer; undefined for the system and for nobody. */
  of({ actor_type, actor_id }: Pick<StoredEvent, 'actor_type' | 'actor_id'>): number | undefined {
    if (actor_type === 'CUSTOMER') return 0;
    const role = roles[actor_type];
    if (!role) return undefined;
    const key = `${role}\0${actor_id}`;
    const known = this.places.get(key);
    if (known !== undefined) return known;
    const place = this.list.length;
    this.list.push(actor_id ? { uuid: actor_id, role } : { role });
    this.places.set(key, place);
    return place;
  }
}
