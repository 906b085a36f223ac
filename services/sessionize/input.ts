import { schemaTexts } from '../../schemas/types';
import { topics, valueSchemas } from '../lib/topics';

interface Named {
  name: string;
  type: unknown;
}

/** Fields of an enriched event that sessionize decodes; the rest is skipped. What the state keeps, and where it belongs. */
export const inputFields: string[] = [...stateFields(), 'customer_id', 'late', 'sessionised'];

function stateFields(): string[] {
  const { fields } = JSON.parse(schemaTexts[valueSchemas[topics.sessions]]) as { fields: Named[] };
  const state = fields.find(({ name }) => name === 'state') as { type: { items: { fields: Named[] } } };
  return state.type.items.fields.map(({ name }) => name);
}
