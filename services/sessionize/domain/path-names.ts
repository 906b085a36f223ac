import type { Channel, OutcomeStatus } from '../../../schemas/types';

/** Texts of few values, made once each: every leg of every revision wants them. */
const selfService = new Map<Channel, string>();
const elements = new Map<string, Map<OutcomeStatus, string>>();

/** CHANNEL or CHANNEL.SELF_SERVICE. */
export function labelOf(channel: Channel, isSelfService: boolean): string {
  if (!isSelfService) return channel;
  let label = selfService.get(channel);
  if (label === undefined) {
    label = `${channel}.SELF_SERVICE`;
    selfService.set(channel, label);
  }
  return label;
}

/** One element of a path: `label:outcome`. */
export function elementOf(label: string, outcome: OutcomeStatus): string {
  let byOutcome = elements.get(label);
  if (!byOutcome) {
    byOutcome = new Map();
    elements.set(label, byOutcome);
  }
  let element = byOutcome.get(outcome);
  if (element === undefined) {
    element = `${label}:${outcome}`;
    byOutcome.set(outcome, element);
  }
  return element;
}
