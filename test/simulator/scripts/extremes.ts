import { HOUR_MS, MINUTE_MS } from '../core/calendar';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import type { Task } from './task';
import { utterance } from './task';

/** A dispute by mail that outlasts every window: the customer writes again before the matter is forgotten. */
export function* dispute(task: Task): Process {
  const { world, random, who } = task;
  const ticket = world.nextId('t');
  const letters = new Interaction(world, {
    system: 'mail-gateway',
    instance: who.instance,
    channel: 'EMAIL',
    contact_id: ticket,
    identities: [{ type: 'email', value: who.email, verified: true }],
    shared: { direction: 'INBOUND', case_id: ticket },
  });
  for (;;) {
    letters.emit('message.sent', utterance(task, 'angry'));
    yield* world.kernel.sleep(random.between(9, 40) * HOUR_MS);
  }
}

/** Something that watches a page with a customer's login: hundreds of views with no visit around them. */
export function* watcher(task: Task, views: number): Process {
  const { world, random, who } = task;
  const page = { url: 'https://www.example.com/shop/phone-x2', path: '/shop/phone-x2' };
  for (let view = 0; view < views; view++) {
    const line = new Interaction(world, {
      system: 'web-analytics',
      instance: 'main',
      channel: 'WEB',
      identities: [{ type: 'crm:salesforce', value: who.crm, verified: true }],
    });
    line.emit('web.page_viewed', { page, commerce: { type: 'VIEW', product_ids: ['phone-x2'] } });
    yield* world.kernel.sleep(random.between(2, 11) * MINUTE_MS);
  }
}
