import type { InteractionEvent, LegRow, SessionEvent, SessionRow } from '../../../schemas/types';
import { enrichEvent } from '../../../services/enrich/domain/enrich-event';
import { RawTime } from '../../../services/enrich/domain/raw-time';
import { RepeatWindow } from '../../../services/enrich/domain/repeat-window';
import { validate } from '../../../services/ingest/domain/validate';
import { partitionOf } from '../../../services/lib/kafka/partitioner';
import { Customer } from '../../../services/sessionize/domain/customer';
import type { Changes } from '../../../services/sessionize/domain/revision';
import { defaultRules } from '../../../services/sessionize/domain/rules';
import { Watermark } from '../../../services/sessionize/domain/watermark';
import { inputFields } from '../../../services/sessionize/input';

export const identityKey = 'customer-dynamics-local-unsafe-key';

export interface PipelineResult {
  distinct: number;
  repeats: number;
  late: number;
  sessions: (SessionRow & { customer_id: string })[];
  legs: LegRow[];
}

/** The pure parts of ingest, enrich and sessionize over a file, without a broker: arrays in, rows out. */
export function runPipeline(lines: unknown[], partitions: number, batchSize: number): PipelineResult {
  const raws = Array.from({ length: partitions }, () => ({
    time: new RawTime(defaultRules.lateness_ms),
    window: new RepeatWindow(1_000_000, 86_400_000),
    offset: 0,
  }));
  const customers = new Map<string, Customer>();
  const watermark = new Watermark(partitions);
  const result: PipelineResult = { distinct: 0, repeats: 0, late: 0, sessions: [], legs: [] };
  let version = 0;
  for (let from = 0; from < lines.length; from += batchSize) {
    // Of the batches before: within a batch an event may be older than what comes behind it.
    const passed = watermark.value();
    const byCustomer = new Map<string, SessionEvent[]>();
    for (const line of lines.slice(from, from + batchSize)) {
      const event = accepted(line);
      const p = partitionOf(event.event_id, partitions);
      const raw = raws[p];
      const seen = raw.window.observe(event.event_id, Buffer.from(JSON.stringify(line)), raw.offset++, 0);
      if (seen !== 'new') {
        result.repeats += 1;
        continue;
      }
      result.distinct += 1;
      const late = raw.time.observe(event);
      if (late) result.late += 1;
      watermark.observe(p, partitions, raw.time.value);
      const enriched = enrichEvent(event, late, { key: identityKey });
      if (late || !enriched.sessionised) continue;
      const { customer_id } = enriched;
      byCustomer.set(customer_id, [...(byCustomer.get(customer_id) ?? []), stateEvent(enriched)]);
    }
    for (const [customer, events] of byCustomer) {
      version += 1;
      const state = customers.get(customer) ?? new Customer(defaultRules);
      customers.set(customer, state);
      state.evict(passed);
      const changes: Changes = { sessions: [], legs: [] };
      state.add(events);
      state.revise(version, changes);
      result.sessions.push(...changes.sessions.map((row) => ({ ...row, customer_id: customer })));
      result.legs.push(...changes.legs);
    }
  }
  return {
    ...result,
    sessions: current(result.sessions, (row) => row.session_id),
    legs: current(result.legs, (row) => row.leg_id),
  };
}

function accepted(line: unknown): InteractionEvent {
  const validated = validate(line, Date.UTC(2026, 5, 1));
  if (!validated.ok) throw new Error(`${JSON.stringify(line)}: ${JSON.stringify(validated.faults)}`);
  return validated.event;
}

const stateEvent = (event: object): SessionEvent => {
  const {
    customer_id: _c,
    late: _l,
    sessionised: _s,
    ...fields
  } = Object.fromEntries(Object.entries(event).filter(([name]) => inputFields.includes(name)));
  return fields as unknown as SessionEvent;
};

/** The rows that stand: each +1 without its −1. */
function current<Row extends { sign: number; version: number }>(rows: Row[], idOf: (row: Row) => string): Row[] {
  const standing = new Map<string, Row>();
  for (const row of rows) {
    const id = idOf(row);
    if (row.sign > 0) standing.set(id, row);
    else if (standing.get(id)?.version === row.version) standing.delete(id);
  }
  return [...standing.values()];
}
