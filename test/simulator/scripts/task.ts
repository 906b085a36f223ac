import type { Channel, Details, Identity, Intent } from '../core/event';
import type { Random } from '../core/random';
import type { World } from '../core/world';
import type { IntentLabel, IntentProfile } from '../organisation/intents';
import type { Customer, IdentityKind } from '../organisation/people';
import { identify } from '../organisation/people';
import { type Phrases, phrases, say } from '../texts/texts';

/** One demand of one person: what the scripts of all channels work on. */
export interface Task {
  world: World;
  random: Random;
  who: Customer;
  label: IntentLabel;
  profile: IntentProfile;
  /** Extra chance of technical failures, during an incident. */
  strain: number;
  /** 0 for the first try; people who come back are less patient and harder to please. */
  attempt: number;
  /** Has this demand already led to an order? */
  ordered: boolean;
}

/** How a try ended, and where the person turns to if a script already knows. */
export interface Result {
  status: 'resolved' | 'failed' | 'abandoned' | 'deferred';
  next?: Channel;
}

export type PhraseKind = keyof Phrases;

/** Identities of a new contact of this person. */
export function identities(task: Task, kind: IdentityKind): Identity[] {
  return identify(task.random, task.who, kind);
}

/** A phrase in the person's language. */
export function text(task: Task, kind: PhraseKind, random = task.random): string {
  const own = phrases[task.who.language];
  const list = kind === 'opening' ? own.opening[task.label] : own[kind];
  return say(random, task.who.language, list, task.who.name);
}

/** What a classifier says the demand is: mostly right, never quite sure. */
export function guessIntent(task: Task, model: string): Intent[] {
  const confidence = Math.round(task.random.between(0.4, 0.99) * 100) / 100;
  const guess: Intent = { label: task.label, confidence, kind: 'INTENT', model };
  if (task.random.chance(0.25)) {
    const other = Math.round(task.random.between(0.05, 0.4) * 100) / 100;
    return [{ label: 'complaint', confidence: other, kind: 'INTENT', model }, guess];
  }
  if (task.profile.sale > 0.3 && task.random.chance(0.4)) {
    return [guess, { label: 'wants_better_plan', confidence: 0.6, kind: 'DESIRE', model }];
  }
  return [guess];
}

/** What a listening system says that any text is about, least sure of all that judge. */
export function toldIntent(task: Task, model: string): Intent[] {
  return [{ label: task.label, confidence: 0.3, kind: 'INTENT', model }];
}

/**
 * What a customer writes, with what it is about and the mood it shows, as a listening system states them: what sessions are made of is
 * in the file, whatever the pipeline reads in texts besides.
 */
export function utterance(task: Task, mood: 'opening' | 'angry' | 'pleased' | 'neutral'): Details {
  const range = { opening: [-0.5, 0.2], angry: [-1, -0.5], pleased: [0.4, 1], neutral: [-0.1, 0.2] }[mood];
  const label = { opening: '', angry: 'anger', pleased: 'joy', neutral: '' }[mood];
  const score = Math.round(task.random.between(range[0]!, range[1]!) * 100) / 100;
  return {
    actor: { type: 'CUSTOMER' },
    text: text(task, mood),
    intents: toldIntent(task, 'tone-2'),
    emotion: { score, ...(task.random.chance(0.6) && label && { label }), model: 'tone-2' },
  };
}

/** Currency of the installation that serves the person. */
export function currency(task: Task): string {
  return task.who.instance === 'latam' ? 'BRL' : 'EUR';
}

/** Draws whether something goes wrong that an incident makes likelier. */
export function goesWrong(task: Task, p: number): boolean {
  return task.random.chance(Math.min(0.95, p * task.strain));
}
