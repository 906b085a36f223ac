import { arrivalTime, DAY_MS, HOUR_MS, MINUTE_MS, START_MS } from '../core/calendar';
import { Kernel } from '../core/kernel';
import { Random } from '../core/random';
import { World } from '../core/world';
import { newsletter } from '../scripts/afterwards';
import { dispute, watcher } from '../scripts/extremes';
import { journey } from '../scripts/journey';
import type { Task } from '../scripts/task';
import type { IntentLabel } from './intents';
import { intents, intentWeights } from './intents';
import type { Customer } from './people';
import { makeCustomers } from './people';

export interface Size {
  customers: number;
  journeys: number;
  days: number;
  /** Size of the staff, 1 at full size. */
  scale: number;
}

/** Thursday afternoon the payment page breaks: more people come, and more of what they try fails. */
const INCIDENT = {
  start: START_MS + 3 * DAY_MS + 13 * HOUR_MS,
  end: START_MS + 3 * DAY_MS + 16 * HOUR_MS,
  share: 0.012,
};

const NEWSLETTERS = [
  { id: 'spring-fibre', day: 1, hour: 9, reach: 0.38 },
  { id: 'app-week', day: 4, hour: 16, reach: 0.3 },
  { id: 'weekend-sale', day: 5, hour: 8, reach: 0.2 },
];

/** Runs the organisation for some days and returns the world with everything it wrote. */
export function runOrganisation(seed: number, size: Size): World {
  const random = Random.of(seed, 'organisation');
  const kernel = new Kernel(START_MS);
  const world = new World(kernel, random.fork('world'), size.scale);
  const customers = makeCustomers(random.fork('people'), size.customers);
  const arrivals = random.fork('arrivals');
  for (let n = 0; n < size.journeys; n++) {
    const incident = size.days > 3.6 && arrivals.chance(INCIDENT.share);
    const start = incident
      ? Math.floor(arrivals.between(INCIDENT.start, INCIDENT.end))
      : arrivalTime(arrivals, START_MS, size.days);
    const label = incident ? 'payment_failed' : arrivals.weighted(intentWeights);
    const task = makeTask(world, random.fork(`journey/${n}`), drawCustomer(arrivals, customers), label, start);
    kernel.spawn(journey(task), start);
  }
  sendNewsletters(world, random.fork('newsletters'), customers, size.days);
  if (size.scale >= 0.25) addExtremes(world, random.fork('extremes'), customers);
  kernel.run(START_MS + Math.floor(size.days * DAY_MS));
  return world;
}

function makeTask(world: World, random: Random, who: Customer, label: IntentLabel, start: number): Task {
  const inIncident = start >= INCIDENT.start && start < INCIDENT.end && label === 'payment_failed';
  return {
    world,
    random,
    who,
    label,
    profile: intents[label],
    strain: inIncident ? 2.6 : 1,
    attempt: 0,
    ordered: false,
  };
}

/** A fifth of the people bring half of the demand. */
function drawCustomer(random: Random, customers: Customer[]): Customer {
  const busy = Math.max(1, Math.floor(customers.length / 5));
  return customers[random.chance(0.4) ? random.int(0, busy - 1) : random.int(0, customers.length - 1)]!;
}

/** A few people whose sessions are longer than lists go: over seven days, or over two hundred legs. */
function addExtremes(world: World, random: Random, customers: Customer[]): void {
  for (let n = 0; n < 5; n++) {
    const who = random.pick(customers);
    const start = START_MS + random.int(1, 9) * HOUR_MS;
    world.kernel.spawn(dispute(makeTask(world, random.fork(`dispute/${n}`), who, 'complaint', start)), start);
  }
  for (let n = 0; n < 2; n++) {
    const who = random.pick(customers);
    const start = START_MS + random.int(10, 60) * HOUR_MS;
    const task = makeTask(world, random.fork(`watcher/${n}`), who, 'new_purchase', start);
    world.kernel.spawn(watcher(task, 230 + 60 * n), start);
  }
}

function sendNewsletters(world: World, random: Random, customers: Customer[], days: number): void {
  for (const { id, day, hour, reach } of NEWSLETTERS) {
    if (day >= days) continue;
    const sent = START_MS + day * DAY_MS + hour * HOUR_MS;
    for (const who of customers) {
      if (!random.chance(reach)) continue;
      const own = random.fork(`${id}/${who.number}`);
      const at = sent + own.int(0, 90) * MINUTE_MS + own.int(0, 59_999);
      world.kernel.spawn(newsletter(world, own, who, id), at, (clicked) => {
        if (!clicked) return;
        const task = makeTask(world, own.fork('visit'), who, 'plan_upgrade', at);
        world.kernel.spawn(journey(task, 'WEB', id), world.kernel.now + own.int(1, 60) * 1000);
      });
    }
  }
}
