/** An event as a contact centre's export has it: about 700 bytes of JSON. Numbered, so that what arrives can be counted. */
export function eventLine(index: number, from: number): string {
  const customer = index % 50_000;
  const types = ['interaction.started', 'queue.entered', 'agent.joined', 'message.sent', 'interaction.ended'];
  return JSON.stringify({
    event_id: `bench-${from}-${index}`,
    event_type: types[index % types.length],
    occurred_at: new Date(from + index * 5).toISOString(),
    source: { system: 'bench', instance: 'eu-1', event_id: String(index), sequence: index },
    channel: index % 3 === 0 ? 'VOICE' : 'CHAT',
    provider: 'bench-provider',
    direction: 'INBOUND',
    stage: 'QUEUE',
    interaction_id: `interaction-${Math.floor(index / 5)}`,
    contact_id: `contact-${Math.floor(index / 10)}`,
    identities: [
      { type: 'customer_id', value: `c${customer}`, verified: true },
      { type: 'email', value: `customer.${customer}@example.org` },
    ],
    queue: { id: `q${index % 20}`, name: 'Billing and payments', skill: 'billing' },
    actor: { type: 'AGENT', id: `agent-${index % 300}`, team: 'north' },
    durations: { wait_ms: (index * 37) % 90_000, talk_ms: (index * 91) % 600_000 },
    attributes: { language: 'pt', device: 'phone', plan: 'family', region: `r${index % 12}` },
  });
}
