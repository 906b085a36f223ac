import { SECOND_MS } from '../core/calendar';
import type { Details } from '../core/event';
import type { Process } from '../core/kernel';
import { Interaction } from '../core/world';
import { interest, placeOrder } from './sales';
import type { Result, Task } from './task';
import { goesWrong, guessIntent, identities } from './task';

const SITE = 'https://www.example.com';

/** A visit to the site or in the app: looks around, tries, succeeds, fails, or turns to another channel. */
export function* visit(task: Task, channel: 'WEB' | 'APP', campaign?: string): Process<Result> {
  const { world, random } = task;
  const { kernel } = world;
  const known = identities(task, channel === 'APP' ? 'app' : 'visit');
  const anonymous = known.filter(({ type }) => type !== 'customer_id');
  const signsIn = channel === 'WEB' && known.length > 1 && random.chance(0.2);
  const line = new Interaction(world, {
    system: channel === 'WEB' ? 'web-analytics' : 'mobile-app',
    instance: 'main',
    channel,
    interaction_id: world.nextId('s'),
    identities: signsIn ? anonymous : known,
    shared: { direction: 'INBOUND', ...(campaign && { campaign_id: campaign }) },
  });
  const pages = random.int(1, 5);
  yield* look(task, line, '/', campaign ? `${SITE}/mail` : undefined);
  if (signsIn) {
    yield* look(task, line, '/login');
    // Until identities are stitched, what came before belongs to somebody without a name.
    line.identifyAs(known);
  }
  for (let page = 0; page < pages; page++)
    yield* look(task, line, random.pick([task.profile.path, '/help', '/account']));
  if (random.chance(0.35)) {
    line.emit('web.search_performed', { attributes: { words: task.label.replace('_', ' ') } });
    yield* kernel.sleep(random.int(300, 1200));
    if (goesWrong(task, 0.3)) {
      line.emit('web.search_no_result');
      yield* kernel.sleep(random.int(3, 20) * SECOND_MS);
    }
  }
  if (random.chance(0.3)) yield* readHelp(task, line);
  if (random.chance(task.profile.sale * 0.8)) return yield* shop(task, line, channel);
  return yield* settle(task, line, channel);
}

function* look(task: Task, line: Interaction, path: string, referrer?: string): Process {
  const page: Details['page'] = {
    url: `${SITE}${path}`,
    path,
    title: path.slice(1) || 'Home',
    ...(referrer && { referrer }),
  };
  line.emit('web.page_viewed', { page });
  yield* task.world.kernel.sleep(Math.min(600, task.random.logNormal(18, 0.9)) * SECOND_MS + 5);
}

function* readHelp(task: Task, line: Interaction): Process {
  const article = `/help/${task.label}`;
  line.emit('web.help_viewed', { page: { url: `${SITE}${article}`, path: article } });
  yield* task.world.kernel.sleep(task.random.int(15, 150) * SECOND_MS);
  if (!task.random.chance(0.4)) return;
  const rating = task.random.chance(0.45) ? 'negative' : 'positive';
  line.emit('web.help_rated', { attributes: { rating }, page: { url: `${SITE}${article}`, path: article } });
  yield* task.world.kernel.sleep(task.random.int(2, 9) * SECOND_MS);
}

function* shop(task: Task, line: Interaction, channel: 'WEB' | 'APP'): Process<Result> {
  const { random, world } = task;
  const what = interest(task);
  line.emit('opportunity.signaled', { actor: { type: 'CUSTOMER' }, commerce: what });
  yield* world.kernel.sleep(random.int(10, 90) * SECOND_MS);
  if (random.chance(0.5)) {
    line.emit('offer.presented', { actor: { type: 'SYSTEM' }, commerce: { ...what, type: 'OFFER', offered: true } });
    yield* world.kernel.sleep(random.int(10, 60) * SECOND_MS);
  }
  const cart = { url: `${SITE}/cart`, path: '/cart' };
  line.emit('web.page_viewed', { page: cart, commerce: { ...what, type: 'CART' } });
  yield* world.kernel.sleep(random.int(20, 120) * SECOND_MS);
  if (goesWrong(task, 0.3)) {
    line.emit(channel === 'APP' ? 'app.error' : 'web.form_error', {
      page: { url: `${SITE}/checkout`, path: '/checkout' },
    });
    yield* world.kernel.sleep(random.int(5, 40) * SECOND_MS);
    if (random.chance(0.7)) return { status: 'failed' };
  }
  if (!random.chance(0.6)) return { status: 'abandoned' };
  placeOrder(task, line, what);
  return { status: 'resolved' };
}

function* settle(task: Task, line: Interaction, channel: 'WEB' | 'APP'): Process<Result> {
  const { random, world } = task;
  const page: Details['page'] = { url: `${SITE}${task.profile.path}/done`, path: `${task.profile.path}/done` };
  let status: Result['status'] = 'failed';
  if (goesWrong(task, 0.28)) {
    const type = channel === 'APP' ? 'app.error' : 'web.form_error';
    line.emit(type, { page, attributes: { field: random.pick(['iban', 'postcode', 'card', 'phone']) } });
    yield* world.kernel.sleep(random.int(4, 45) * SECOND_MS);
    if (random.chance(0.35)) {
      line.emit(type, { page });
      yield* world.kernel.sleep(random.int(4, 45) * SECOND_MS);
    }
  } else if (random.chance(task.profile.selfService * 1.25)) {
    line.emit('web.page_viewed', { page, outcome: { goal: `${task.label}_done`, resolved_by: 'customer' } });
    status = 'resolved';
    yield* world.kernel.sleep(random.int(1, 9) * SECOND_MS);
  }
  if (status === 'failed' && random.chance(0.6)) {
    line.emit('web.contact_intent', {
      page: { url: `${SITE}/contact`, path: '/contact' },
      intents: guessIntent(task, 'page'),
    });
  }
  return { status };
}
