import { join } from 'node:path';
import { intercom } from '../../../services/ingest/sources/intercom';
import { zendesk } from '../../../services/ingest/sources/zendesk';
import type { RealSet } from './count';
import { groupBy, type Row, rowsOf, utc } from './files';

/** A connector's tables put together again as the interface gives them: a ticket with its audits and users. */
export function zendeskSet(folder: string): RealSet {
  const table = (name: string): Row[] => rowsOf(join(folder, 'zendesk', `${name}_data.csv`));
  const tickets = new Map(table('ticket').map((row) => [row.id, row]));
  const comments = groupBy(table('ticket_comment'), ({ ticket_id }) => ticket_id);
  const changes = groupBy(table('ticket_field_history'), ({ ticket_id }) => ticket_id);
  const users = table('user').map((row) => ({ ...row, verified: row.verified === 'TRUE' }));
  const ids = new Set([...tickets.keys(), ...comments.keys(), ...changes.keys()]);
  const items = [...ids].map((id) => {
    const row = tickets.get(id);
    const ticket = {
      id: Number(id),
      url: row?.url,
      requester_id:
        row?.requester_id || (changes.get(id) ?? []).find((one) => one.field_name === 'requester_id')?.value,
      created_at: utc(row?.created_at),
      via: row && {
        channel: row.via_channel,
        source: { rel: row.via_source_rel, from: { address: row.via_source_from_address } },
      },
    };
    const audits = [
      ...(comments.get(id) ?? []).map((one) => ({
        id: Number(one.id),
        created_at: utc(one.created),
        author_id: one.user_id,
        events: [{ id: one.id, type: 'Comment', public: one.public === 'TRUE', body: one.body }],
      })),
      ...statusAudits(changes.get(id) ?? []),
    ];
    return { value: { ticket, audits, users } };
  });
  return { name: 'Zendesk tickets', source: zendesk, items };
}

/** The history has values only: what a field was before is the value of the row before. */
function statusAudits(rows: Row[]): object[] {
  const last = new Map<string, string>();
  return rows.map(({ field_name, updated, user_id, value }, index) => {
    const previous_value = last.get(field_name) ?? null;
    last.set(field_name, value);
    const type = previous_value === null ? 'Create' : 'Change';
    const event = { id: `${field_name}:${updated}:${index}`, type, field_name, previous_value, value };
    return { id: index, created_at: utc(updated), author_id: user_id || -1, events: [event] };
  });
}

/** Each version of a conversation is a delivery, as a record that grows. */
export function intercomSet(folder: string): RealSet {
  const table = (name: string): Row[] => rowsOf(join(folder, 'intercom', `${name}_data.csv`));
  const parts = groupBy(table('conversation_part_history'), ({ conversation_id }) => conversation_id);
  const contacts = groupBy(table('conversation_contact_history'), ({ conversation_id }) => conversation_id);
  const conversations = table('conversation_history');
  const versions = [
    ...conversations.map((row) => [row.id, row] as const),
    ...[...parts.keys()].map((id) => [id, undefined] as const),
  ];
  const items = versions.map(([id, row]) => ({
    value: {
      type: 'conversation',
      id,
      created_at: seconds(row?.created_at),
      source: row && {
        type: row.source_type,
        delivered_as: row.source_delivered_as,
        body: row.source_body,
        author: { type: row.source_author_type, id: row.source_author_id },
      },
      contacts: { contacts: (contacts.get(id) ?? []).map(({ contact_id }) => ({ id: contact_id })) },
      conversation_parts: {
        conversation_parts: (parts.get(id) ?? []).map((part) => ({
          id: part.id,
          part_type: part.part_type,
          created_at: seconds(part.created_at),
          body: part.body,
          author: { type: part.author_type, id: part.author_id },
          assigned_to: { type: part.assigned_to_type, id: part.assigned_to_id },
        })),
      },
    },
  }));
  return { name: 'Intercom conversations', source: intercom, items };
}

const seconds = (text: string | undefined): number | undefined => {
  const time = utc(text);
  return time ? Date.parse(time) / 1_000 : undefined;
};
