import type { VendorRecord } from '../record';
import { lastPart } from '../record-facts';
import type { Contact } from './contact';

const secondMs = 1_000;

/** Reasons after which a wait is an abandoned one: the customer left, or the line did. Old records leave it out. */
const abandoning: ReadonlySet<string | undefined> = new Set([
  undefined,
  'CUSTOMER_DISCONNECT',
  'TELECOM_PROBLEM',
  'OTHER',
]);

/** Into the queue, and out of it without an agent. A queued callback waits without the customer: it is no queue here. */
export function addQueueFacts(contact: Contact, queue: VendorRecord): void {
  const { record, facts, id, method, reason, times } = contact;
  const named = { id: lastPart(queue.text('ARN')) ?? queue.text('Name'), name: queue.text('Name') };
  const waited = queue.duration('Duration', secondMs);
  if (method === 'CALLBACK') {
    facts.add(`${id}/callback`, 'callback.scheduled', times.enqueued, { queue: named });
    return;
  }
  facts.add(`${id}/queued`, 'queue.entered', times.enqueued, { queue: named });
  if (times.enqueued === undefined || times.agent !== undefined || times.ended === undefined) return;
  const left = times.dequeued ?? times.ended;
  const wait_ms = waited ?? Math.max(0, left - times.enqueued);
  // Whoever goes on in another contact (a callback, another queue) has not given up.
  const next = record.text('NextContactId');
  if (next === undefined && abandoning.has(reason)) {
    facts.add(`${id}/abandoned`, 'queue.abandoned', left, {
      queue: named,
      durations: { wait_ms },
      outcome: { disconnect_by: reason },
    });
    return;
  }
  facts.add(`${id}/dequeued`, 'queue.left', left, {
    queue: named,
    durations: { wait_ms },
    outcome: { code: next === undefined ? reason?.toLowerCase() : 'next_contact' },
  });
}

/** Names under which flows keep what the agent chose at the end. */
const dispositions = ['disposition', 'dispositionCode', 'disposition_code', 'wrapUpCode', 'wrap_up_code'];

/** From the agent's answer to the end of after-contact work. Amazon gives whole seconds; interaction excludes hold. */
export function addAgentFacts({ record, facts, id, method, times }: Contact): void {
  const agent = record.object('Agent');
  const who = agentOf(agent);
  const queue = record.object('Queue');
  if (method === 'CALLBACK') facts.add(`${id}/attempted`, 'callback.attempted', times.agent, { actor: who });
  facts.add(`${id}/agent`, 'agent.joined', times.agent, {
    actor: who,
    // From queueing to dequeueing: includes the whisper. Of a callback it is not the customer's time.
    durations: { wait_ms: method === 'CALLBACK' ? undefined : queue.duration('Duration', secondMs) },
  });
  addTransfer(record, id, facts, who);
  if (times.agent === undefined) return;
  const holds = agent.number('NumberOfHolds');
  facts.add(`${id}/agent-left`, 'agent.left', times.ended, {
    actor: who,
    durations: {
      talk_ms: agent.duration('AgentInteractionDuration', secondMs),
      hold_ms: agent.duration('CustomerHoldDuration', secondMs),
    },
    // When each hold was is not told: only how many, and the longest.
    attributes: {
      number_of_holds: holds === undefined ? undefined : String(holds),
      longest_hold_ms: textOf(agent.duration('LongestHoldDuration', secondMs)),
    },
  });
  const own = record.object('Attributes');
  const code = dispositions.map((name) => own.text(name)).find((it) => it !== undefined);
  facts.add(`${id}/wrap-up`, 'wrapup.completed', agent.time('AfterContactWorkEndTimestamp'), {
    actor: who,
    durations: { acw_ms: agent.duration('AfterContactWorkDuration', secondMs) },
    outcome: { code },
    intents: code === undefined ? undefined : [{ label: code, kind: 'REASON', model: 'agent' }],
  });
}

function addTransfer(record: VendorRecord, id: string, facts: Contact['facts'], who: object): void {
  const to = record.object('TransferredToEndpoint');
  const isExternal = record.text('NextContactId') === undefined && to.text('Address') !== undefined;
  facts.add(`${id}/transferred`, 'transfer.completed', record.time('TransferCompletedTimestamp'), {
    actor: who,
    outcome: { code: isExternal ? 'external' : 'internal' },
  });
}

const textOf = (ms: number | undefined): string | undefined => (ms === undefined ? undefined : String(ms));

const levels = ['Level5', 'Level4', 'Level3', 'Level2', 'Level1'];

/** The team is the lowest group of the hierarchy, else the routing profile. */
function agentOf(agent: VendorRecord): { type: string; id?: string; team?: string } {
  const groups = agent.object('HierarchyGroups');
  const lowest = levels.map((level) => groups.object(level).text('GroupName')).find((it) => it !== undefined);
  return {
    type: 'AGENT',
    id: agent.text('Username') ?? lastPart(agent.text('ARN')),
    team: lowest ?? agent.object('RoutingProfile').text('Name'),
  };
}
