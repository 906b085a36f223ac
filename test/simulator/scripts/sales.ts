import { MINUTE_MS, SECOND_MS } from '../core/calendar';
import type { Commerce, Details } from '../core/event';
import type { Process } from '../core/kernel';
import type { Interaction } from '../core/world';
import type { Task } from './task';
import { currency } from './task';

const PRODUCTS = ['fibre-500', 'fibre-1000', 'mobile-20', 'mobile-unlimited', 'tv-plus', 'router-mesh', 'phone-x2'];

/** What somebody is interested in. */
export function interest(task: Task): Commerce {
  return {
    type: 'SIGNAL',
    product_ids: [task.random.pick(PRODUCTS)],
    value_minor: task.random.int(900, 89900),
    currency: currency(task),
  };
}

/**
 * A chance to sell in a conversation: the wish shows, is noticed or missed, and may end in an order.
 * Returns whether something was ordered.
 */
export function* sellingTalk(task: Task, line: Interaction, agent: Details): Process<boolean> {
  const { kernel } = task.world;
  const signal = interest(task);
  line.emit('opportunity.signaled', { actor: { type: 'CUSTOMER' }, commerce: signal });
  yield* kernel.sleep(task.random.int(20, 90) * SECOND_MS);
  if (!task.random.chance(0.65)) return false;
  const accepted = task.random.chance(0.38);
  line.emit('offer.presented', { ...agent, commerce: { ...signal, type: 'OFFER', offered: true, accepted } });
  yield* kernel.sleep(task.random.int(30, 120) * SECOND_MS);
  if (!accepted) return false;
  placeOrder(task, line, signal);
  return true;
}

/** The order itself: written by the channel where it happened, or by the shop's back end a moment later. */
export function placeOrder(task: Task, line: Interaction, what: Commerce): void {
  task.ordered = true;
  const order_id = `O${task.random.int(100000, 999999)}`;
  const details: Details = { order_id, stage: 'PURCHASE', commerce: { ...what, type: 'ORDER', accepted: true } };
  if (task.random.chance(0.65)) {
    line.emit('order.placed', details);
    return;
  }
  const at = task.world.kernel.now + task.random.int(200, 4000);
  const own = task.who.customer_id;
  const identities = own ? [{ type: 'customer_id', value: own, verified: true }] : line.setup.identities;
  const source = { system: 'shop', instance: 'main', event_id: order_id };
  task.world.kernel.at(at, () => task.world.record('order.placed', 'UNKNOWN', source, { identities, ...details }));
}

/** Sometimes the goods come back. */
export function* refundLater(task: Task): Process {
  const { world, who } = task;
  yield* world.kernel.sleep(task.random.int(600, 5000) * MINUTE_MS);
  const own = who.customer_id;
  const identities = own
    ? [{ type: 'customer_id', value: own, verified: true }]
    : [{ type: 'email', value: who.email, verified: true }];
  const source = { system: 'shop', instance: 'main' };
  world.record('order.refunded', 'UNKNOWN', source, { identities, commerce: { ...interest(task), type: 'REFUND' } });
}
