import { canonicalJson } from '../../domain/canonical-json';
import type { Fact } from '../facts';
import { type Fields, fieldsOf, hashOf, nameOf, numberOf, wordOf } from '../vendor-fields';
import type { Dialog } from './dialog';
import { referred } from './dialog-facts';
import type { Parties } from './parties';

const isWrapUp = /^(?:agent[_ -]?)?(?:disposition|wrap[_ -]?up)$/i;

/**
 * What was found out about a dialog, where its form is known: the agent's wrap-up, and the customer's sentiment. Of
 * transcripts and summaries nothing is taken: who said what is each vendor's own form, and an agent's words are no
 * customer's emotion.
 */
export function analysisFacts(analysis: Fields, byIndex: ReadonlyMap<number, Dialog>, parties: Parties): Fact[] {
  const dialog = referred(analysis.dialog, byIndex);
  if (!dialog) return [];
  const type = wordOf(analysis.type);
  const model = nameOf(analysis.vendor);
  const key = `${dialog.key}:${hashOf(canonicalJson([type, analysis.vendor, analysis.product])).slice(0, 16)}`;
  const shared = { at: dialog.end ?? dialog.start, channel: dialog.channel, interaction_id: dialog.interaction };
  const body = bodyOf(analysis);
  if (isWrapUp.test(type)) {
    const { label, disposition, code } = fieldsOf(body);
    const reason = nameOf(body) ?? nameOf(label) ?? nameOf(disposition) ?? nameOf(code);
    const intents = [{ label: reason, kind: 'REASON', model: model ?? 'agent' }];
    return reason ? [{ ...shared, key, type: 'wrapup.completed', intents }] : [];
  }
  if (!/^sentiment$/i.test(type)) return [];
  const { party, score, label, customer } = fieldsOf(body);
  const given = numberOf(customer) ?? (party === parties.customer ? numberOf(score) : undefined);
  if (given === undefined || given < -1 || given > 1) return [];
  return [{ ...shared, key, type: 'analysis.completed', emotion: { score: given, label: nameOf(label), model } }];
}

function bodyOf({ body, encoding }: Fields): unknown {
  if (encoding !== 'json' || typeof body !== 'string') return body;
  try {
    return JSON.parse(body);
  } catch {
    return undefined;
  }
}
