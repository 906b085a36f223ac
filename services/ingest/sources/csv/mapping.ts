import { z } from 'zod';

const column = z.string().min(1);

/** Only rows whose column is one of these, is none of these, or is there at all. Several conditions must all hold. */
const condition = z
  .strictObject({ column, is: z.array(z.string()).optional(), not: z.array(z.string()).optional() })
  .meta({ description: 'without is and not: the column is not blank' });

const scalar = z.union([z.string(), z.number(), z.boolean()]);

/**
 * Where a value comes from: a constant, the row's key, a column, or several columns joined. `map` translates (what it does not know gives
 * `default`, else nothing), `as` and `multiply` make numbers of texts.
 */
const value = z.union([
  z.strictObject({ value: scalar }),
  /** What names the row, by `key`: for tables whose rows have no number of their own. */
  z.strictObject({ row_key: z.literal(true) }),
  z.strictObject({
    column: column.optional(),
    columns: z.array(column).min(1).optional(),
    join: z.string().default(' '),
    map: z.record(z.string(), scalar).optional(),
    default: scalar.optional(),
    as: z.enum(['text', 'number', 'integer', 'boolean']).default('text'),
    multiply: z.number().optional(),
  }),
]);

const time = z.strictObject({
  column: column.optional(),
  columns: z.array(column).min(1).optional(),
  join: z.string().default(' '),
  /** `iso`, `epoch_seconds`, `epoch_ms`, or a pattern of YYYY YY MM M DD D HH H hh h mm ss SSS A. */
  format: z.string().default('iso'),
  /** Of times without a zone: +02:00, or a zone of the tz database. */
  zone: z.string().optional(),
});

const identity = z.strictObject({ type: z.string(), value, verified: z.boolean().default(false) });

const event = z.strictObject({
  /** Tells the events of one row apart; part of their ids. */
  name: z.string().regex(/^[a-z0-9_.-]{1,60}$/),
  when: z.array(condition).default([]),
  type: value,
  at: time,
  identities: z.array(identity).default([]),
  /** Our fields by name, dotted where they are nested: `channel`, `queue.id`, `durations.wait_ms`, `attributes.product`. */
  fields: z.record(z.string(), value).default({}),
});

/** How the rows of one kind of table become events. */
export const tableMapping = z.strictObject({
  description: z.string().optional(),
  system: z.string().min(1),
  instance: z.string().optional(),
  encoding: z.enum(['utf-8', 'latin1', 'utf-16le']).default('utf-8'),
  delimiter: z.string().length(1).default(','),
  quote: z.string().length(1).default('"'),
  /** Names of the columns, where the table has no heading. */
  columns: z.array(column).min(1).optional(),
  /** Columns that name a row, on every delivery alike; `row` for the whole row. */
  key: z.union([z.literal('row'), z.array(column).min(1)]),
  /** Rows that are refused, with a countable reason. */
  refuse: z
    .array(z.strictObject({ when: z.array(condition).min(1), reason: z.string().regex(/^[a-z0-9_]{1,60}$/) }))
    .default([]),
  events: z.array(event).min(1),
});

export type TableMapping = z.infer<typeof tableMapping>;
export type Condition = z.infer<typeof condition>;
export type ValueRule = z.infer<typeof value>;
export type TimeRule = z.infer<typeof time>;

/** The file: mappings by name; each makes a source `csv-<name>`. */
export const mappingFile = z.record(z.string().regex(/^[a-z0-9-]{1,40}$/, 'must be of a-z, 0-9 and -'), tableMapping);
