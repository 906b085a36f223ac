import { eventShape } from '../../domain/event-schema';
import { mappingFile, type TableMapping, type TimeRule, type ValueRule } from './mapping';
import { patternFault } from './time';

export type ReadMappings = { mappings: ReadonlyMap<string, TableMapping> } | { faults: string[] };

/** A mapping file's text as mappings, or everything that is wrong with it. */
export function readMappings(text: string): ReadMappings {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    return { faults: [`is not JSON: ${(error as Error).message}`] };
  }
  const parsed = mappingFile.safeParse(json);
  if (!parsed.success) {
    return { faults: parsed.error.issues.map(({ path, message }) => `${path.join('.') || 'file'}: ${message}`) };
  }
  const faults = Object.entries(parsed.data).flatMap(([name, mapping]) => mappingFaults(name, mapping));
  if (Object.keys(parsed.data).length === 0) faults.push('file: holds no mapping');
  return faults.length > 0 ? { faults } : { mappings: new Map(Object.entries(parsed.data)) };
}

/** Set by the adapter, or by ingest. */
const notOurs: ReadonlySet<string> = new Set(['event_id', 'source', 'identities', 'event_type', 'occurred_at']);

function mappingFaults(name: string, { events, columns }: TableMapping): string[] {
  const faults: string[] = [];
  const names = events.map((event) => event.name);
  const twice = names.filter((one, index) => names.indexOf(one) !== index);
  for (const one of new Set(twice)) faults.push(`${name}.events: the name ${one} is used twice`);
  for (const event of events) {
    const place = `${name}.events.${event.name}`;
    const required = Object.hasOwn(event.fields, 'channel') ? [] : [`${place}.fields.channel: is required`];
    faults.push(
      ...required,
      ...ruleFaults(`${place}.type`, event.type, columns),
      ...constantFaults(`${place}.type`, 'event_type', event.type),
      ...timeFaults(`${place}.at`, event.at, columns),
      ...event.identities.flatMap(({ type, value }, index) => [
        ...ruleFaults(`${place}.identities.${index}.value`, value, columns),
        ...faultsOf(`${place}.identities.${index}`, 'identities', [{ type, value: 'x' }]),
      ]),
      ...Object.entries(event.fields).flatMap(([field, rule]) => [
        ...ruleFaults(`${place}.fields.${field}`, rule, columns),
        ...constantFaults(`${place}.fields.${field}`, field, rule),
      ]),
    );
  }
  return faults;
}

function ruleFaults(place: string, rule: ValueRule | TimeRule, columns: string[] | undefined): string[] {
  if ('value' in rule || 'row_key' in rule) return [];
  if ((rule.column === undefined) === (rule.columns === undefined)) return [`${place}: needs either column or columns`];
  const unknown = (rule.columns ?? [rule.column as string]).filter((one) => columns && !columns.includes(one));
  return unknown.map((one) => `${place}: there is no column ${one} in columns`);
}

function timeFaults(place: string, rule: TimeRule, columns: string[] | undefined): string[] {
  const fault = patternFault(rule);
  return [...ruleFaults(place, rule, columns), ...(fault ? [`${place}: ${fault}`] : [])];
}

/** Every constant that a rule can give, tried in its place: a misspelt channel is found now, not row by row. */
function constantFaults(place: string, field: string, rule: ValueRule): string[] {
  const constants =
    'value' in rule
      ? [rule.value]
      : 'row_key' in rule
        ? ['key']
        : [...Object.values(rule.map ?? {}), ...(rule.default === undefined ? [] : [rule.default])];
  const [top, ...below] = field.split('.');
  if (!Object.hasOwn(eventShape, top) || (notOurs.has(top) && field !== 'event_type')) {
    return [`${place}: ${field} is no field that a mapping can set`];
  }
  if (below.length > 1 && top !== 'attributes') return [`${place}: ${field} is nested too deep`];
  // Something of the right kind where there is no constant: only the field's name is judged then.
  const nested = (constant: unknown) => (below.length > 0 ? { [below.join('.')]: constant } : constant);
  if (constants.length === 0) return below.length > 0 ? faultsOf(place, top, nested(undefined), true) : [];
  return [...new Set(constants.flatMap((constant) => faultsOf(place, top, nested(constant))))];
}

function faultsOf(place: string, top: string, sent: unknown, onlyNames = false): string[] {
  const schema = eventShape[top as keyof typeof eventShape];
  const parsed = schema.safeParse(top === 'identities' || typeof sent !== 'object' ? sent : { ...(sent as object) });
  if (parsed.success) return [];
  return parsed.error.issues
    .filter((issue) => issue.code === 'unrecognized_keys' || (!onlyNames && isAboutSent(issue.path, sent)))
    .map(
      (issue) =>
        `${place}: ${issue.code === 'unrecognized_keys' ? `there is no field ${top}.${issue.keys[0]}` : issue.message}`,
    );
}

/** Other fields that the object would need come from other rules. */
const isAboutSent = (path: PropertyKey[], sent: unknown): boolean =>
  path.length === 0 || typeof sent !== 'object' || Array.isArray(sent) || Object.hasOwn(sent as object, path[0]);
