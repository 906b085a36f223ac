import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { amazonConnect, amazonConnectLive } from '../../../services/ingest/sources/amazon-connect';
import { genesys } from '../../../services/ingest/sources/genesys';
import { twilio } from '../../../services/ingest/sources/twilio';
import type { RealSet } from './count';
import { rowsOf } from './files';

const items = (values: readonly unknown[]): RealSet['items'] => values.map((value) => ({ value }));

const json = (...path: string[]): unknown => JSON.parse(readFileSync(join(...path), 'utf8'));

/** Conversations of the analytics interface, calls and messages as a connector's tables, and an agent's desk. */
export function contactCentreSets(folder: string): RealSet[] {
  const { conversations } = json(folder, 'genesys', 'conversation-details.json') as { conversations: unknown[] };
  const table = (name: string): unknown[] => rowsOf(join(folder, 'twilio', `twilio_${name}_data.csv`));
  const desk = agentEvents(json(folder, 'amazon_connect', 'agent-snapshots.json') as Record<string, Snapshot>);
  return [
    { name: 'Genesys Cloud conversations', source: genesys, items: items(conversations) },
    { name: 'Twilio calls', source: twilio, items: items(table('call')) },
    { name: 'Twilio messages', source: twilio, items: items(table('message')) },
    { name: 'Amazon Connect, statuses of the desk', source: amazonConnect, items: items(desk) },
    { name: 'Amazon Connect live, statuses and contacts of the desk', source: amazonConnectLive, items: items(desk) },
  ];
}

interface Snapshot {
  /** Seconds since 1970, like all times in it. */
  snapshotTimestamp: number;
  state: { name: string; startTimestamp: number };
  contacts: {
    contactId: string;
    initialContactId: string | null;
    type: string;
    initiationMethod: string | null;
    queue: { queueARN: string; name: string } | null;
    state: { type: string; timestamp: number };
  }[];
}

/**
 * Snapshots of the agent's desk as Connect's streams library shows them: of each the agent event that Connect itself
 * would have sent. They name no agent, so one stands in.
 */
const agentEvents = (snapshots: Record<string, Snapshot>): unknown[] =>
  Object.values(snapshots).map(({ snapshotTimestamp, state: status, contacts }) => ({
    AgentARN: 'arn:aws:connect:eu:1:instance/real-payloads/agent/agent-1',
    EventId: 'from-a-snapshot',
    EventType: 'STATE_CHANGE',
    EventTimestamp: iso(snapshotTimestamp),
    CurrentAgentSnapshot: {
      AgentStatus: { Name: status.name, StartTimestamp: iso(status.startTimestamp) },
      Contacts: contacts.map(({ contactId, initialContactId, type, initiationMethod, queue, state }) => ({
        ContactId: contactId,
        InitialContactId: initialContactId,
        Channel: type === 'queue_callback' ? 'VOICE' : type.toUpperCase(),
        InitiationMethod: initiationMethod?.toUpperCase(),
        Queue: queue && { ARN: queue.queueARN, Name: queue.name },
        State: state.type.toUpperCase(),
        StateStartTimestamp: iso(state.timestamp),
      })),
    },
  }));

const iso = (seconds: number): string => new Date(seconds * 1_000).toISOString();
