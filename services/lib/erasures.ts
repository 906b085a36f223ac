import { createHmac } from 'node:crypto';
import type { Erasure } from '../../schemas/types';

/** How a person is named where no person may be named: HMAC-SHA-256 of the customer_id, base64url. */
export const customerHash = (key: string, customer_id: string): string =>
  createHmac('sha256', key).update(`customer:${customer_id}`).digest('base64url');

/** What a key makes of a fixed text: two programs with the same have the same key. */
export const keyCheck = (key: string): string => createHmac('sha256', key).update('key check').digest('base64url');

/** Erasures were written with another key: nobody they name would be recognised. */
export class WrongErasureKey extends Error {
  constructor() {
    super('ERASURE_KEY is not the one that erasures were written with: whom they name would not be recognised');
    this.name = 'WrongErasureKey';
  }
}

/** Times of an event as far as they are known, epoch ms. */
export interface EventTimes {
  occurred_at: number;
  received_at?: number;
}

/**
 * Whose dealings are forgotten, and up to when. An erasure covers events that occurred until `erased_through` and those
 * received until `erased_at`; what comes after both is a new start.
 */
export class Erasures {
  private readonly byHash = new Map<string, { at: number; through: number }>();
  private latestAt = Number.NEGATIVE_INFINITY;
  private latestThrough = Number.NEGATIVE_INFINITY;
  private readonly check: string;

  constructor(private readonly key: string) {
    this.check = keyCheck(key);
  }

  /** Throws WrongErasureKey. A later erasure of the same person covers all that an earlier one does. */
  add({ customer_hash, key_check, erased_at, erased_through }: Erasure): void {
    if (key_check !== this.check) throw new WrongErasureKey();
    this.addHash(customer_hash, erased_at, erased_through);
  }

  /** Of a person by name, as a command has it. */
  addCustomer(customer_id: string, erased_through: number): void {
    this.addHash(customerHash(this.key, customer_id), Number.NEGATIVE_INFINITY, erased_through);
  }

  get size(): number {
    return this.byHash.size;
  }

  /**
   * Whether an event is erased. Costs nothing for what is newer than the last erasure of anybody: only then is a hash
   * computed.
   */
  covers(customer_id: string, { occurred_at, received_at }: EventTimes): boolean {
    if (!this.mayCover(occurred_at, received_at)) return false;
    const erasure = this.byHash.get(customerHash(this.key, customer_id));
    if (!erasure) return false;
    return occurred_at <= erasure.through || (received_at !== undefined && received_at <= erasure.at);
  }

  /** Whether a person has an erasure at all. */
  has(customer_id: string): boolean {
    return this.momentOf(customer_id) !== undefined;
  }

  /** What was received until `at` and what occurred until `through` is erased; undefined where nothing is. */
  momentOf(customer_id: string): { at: number; through: number } | undefined {
    return this.byHash.size > 0 ? this.byHash.get(customerHash(this.key, customer_id)) : undefined;
  }

  /** When the last erasure of anybody was asked for; -Infinity if none was. Epoch ms. */
  get lastAt(): number {
    return Math.max(this.latestAt, this.latestThrough);
  }

  private mayCover(occurred_at: number, received_at: number | undefined): boolean {
    return occurred_at <= this.latestThrough || (received_at !== undefined && received_at <= this.latestAt);
  }

  private addHash(hash: string, at: number, through: number): void {
    const known = this.byHash.get(hash);
    const erasure = { at: Math.max(known?.at ?? at, at), through: Math.max(known?.through ?? through, through) };
    this.byHash.set(hash, erasure);
    this.latestAt = Math.max(this.latestAt, erasure.at);
    this.latestThrough = Math.max(this.latestThrough, erasure.through);
  }
}
