import { z } from 'zod';
import {
  type ActorType,
  type Channel,
  type CommerceType,
  type Direction,
  type IntentKind,
  type OutcomeStatus,
  type Stage,
  type SurveyKind,
  schemaTexts,
} from '../../../schemas/types';
import { topics, valueSchemas } from '../../lib/topics';
import { attributes } from './attributes';
import { limits } from './limits';
import { parseTime } from './time';

/** Symbols of the enums in the Avro schema, by name: one list for both. */
const symbols = new Map<string, string[]>();
JSON.parse(schemaTexts[valueSchemas[topics.raw]], (_key, node) => {
  if (node?.type === 'enum') symbols.set(node.name, node.symbols);
  return node;
});
const oneOf = <T extends string>(name: string) => z.enum(symbols.get(name) as T[]);

// Control characters would make `system NUL instance NUL id` ambiguous; lone surrogates have no UTF-8, so that two
// different ids would become one in Kafka.
const inId = /^[^\p{Cc}\p{Cs}]*$/u;
const wellFormed = /^[^\p{Cs}]*$/u;
const idText = (max: number) =>
  z.string().min(1).max(max).regex(inId, 'must not contain control characters or broken Unicode');
const freeText = (max: number) => z.string().max(max).regex(wellFormed, 'must be well-formed Unicode');

const id = idText(limits.idChars).nullish();
const name = idText(limits.nameChars).nullish();
const page = freeText(limits.pageChars).nullish();
const finite = z.number().nullish();
const yesOrNo = z.boolean().nullish();
const durationMs = z.int().min(0).max(limits.durationMs).nullish();
const wholeNumber = z.int().min(-limits.wholeNumber).max(limits.wholeNumber);
const currency = z.string().regex(/^[A-Z]{3}$/, 'must be an ISO 4217 code such as EUR');
const time = z.union([z.string().meta({ format: 'date-time' }), z.number()]).transform((value, context) => {
  const parsed = parseTime(value);
  if ('ms' in parsed) return parsed.ms;
  const { reason, predicate } = parsed;
  context.issues.push({ code: 'custom', input: value, params: { reason }, message: predicate });
  return z.NEVER;
});

const source = z.strictObject({
  system: idText(limits.nameChars),
  instance: id,
  event_id: id,
  sequence: wholeNumber.nullish(),
});

const identity = z
  .strictObject({
    type: z
      .string()
      .regex(
        /^(?:customer_id|email|phone|device_id|anonymous_id|(?:crm|social)(?::[A-Za-z0-9_.-]{1,50})?)$/,
        'must be customer_id, crm, email, phone, social, device_id or anonymous_id; crm and social may name a system: social:x',
      ),
    value: idText(limits.identityValueChars).regex(/\S/, 'must not be blank'),
    verified: yesOrNo,
  })
  .refine(({ type, value }) => type !== 'customer_id' || !value.startsWith('~'), {
    path: ['value'],
    params: { reason: 'reserved_value' },
    message: 'of type customer_id must not begin with ~: such ids are the ones derived here',
  });

const survey = z
  .strictObject({
    kind: oneOf<SurveyKind>('SurveyKind').nullish(),
    score: finite,
    scale_min: finite,
    scale_max: finite,
  })
  .refine((it) => it.scale_min == null || it.scale_max == null || it.scale_min < it.scale_max, {
    path: ['scale_max'],
    params: { reason: 'out_of_range' },
    message: 'must be above scale_min',
  })
  .refine(
    (it) => it.score == null || (it.score >= (it.scale_min ?? it.score) && it.score <= (it.scale_max ?? it.score)),
    {
      path: ['score'],
      params: { reason: 'out_of_range' },
      message: 'must be within scale_min and scale_max',
    },
  );

const commerce = z
  .strictObject({
    type: oneOf<CommerceType>('CommerceType').nullish(),
    product_ids: z.array(idText(limits.idChars)).max(limits.productIds).nullish(),
    value_minor: wholeNumber.nullish(),
    currency: currency.nullish(),
    offered: yesOrNo,
    accepted: yesOrNo,
  })
  .refine((it) => it.value_minor == null || it.currency != null, {
    path: ['currency'],
    params: { reason: 'missing' },
    message: 'is required with value_minor: an amount without its currency cannot be added up',
  });

/** Top-level fields of an event as a sender gives it; null is the same as absent. `received_at` is set here. */
export const eventShape = {
  event_id: id,
  event_type: z
    .string()
    .max(limits.eventTypeChars)
    .regex(/^[a-z0-9][a-z0-9_-]*(?:\.[a-z0-9][a-z0-9_-]*)+$/, 'must be a dotted lower-case name such as queue.entered'),
  occurred_at: time,
  observed_at: time.nullish(),
  source: source.nullish(),
  channel: oneOf<Channel>('Channel'),
  provider: name,
  direction: oneOf<Direction>('Direction').nullish(),
  stage: oneOf<Stage>('Stage').nullish(),
  interaction_id: id,
  contact_id: id,
  previous_interaction_id: id,
  thread_id: id,
  case_id: id,
  order_id: id,
  campaign_id: id,
  identities: z.array(identity).max(limits.identities).nullish(),
  actor: z.strictObject({ type: oneOf<ActorType>('ActorType').nullish(), id, team: name }).nullish(),
  queue: z.strictObject({ id, name, skill: name }).nullish(),
  text: freeText(limits.textChars).nullish(),
  intents: z
    .array(
      z.strictObject({
        label: idText(limits.nameChars),
        confidence: z.number().min(0).max(1).nullish(),
        kind: oneOf<IntentKind>('IntentKind').nullish(),
        model: name,
      }),
    )
    .max(limits.intents)
    .nullish(),
  emotion: z
    .strictObject({
      score: z.number().min(-1).max(1).nullish(),
      label: name,
      raw: finite,
      raw_min: finite,
      raw_max: finite,
      model: name,
    })
    .nullish(),
  outcome: z
    .strictObject({
      status: oneOf<OutcomeStatus>('OutcomeStatus').nullish(),
      code: name,
      resolved_by: name,
      disconnect_by: name,
      goal: name,
    })
    .nullish(),
  durations: z
    .strictObject({
      wait_ms: durationMs,
      ring_ms: durationMs,
      ivr_ms: durationMs,
      talk_ms: durationMs,
      hold_ms: durationMs,
      acw_ms: durationMs,
      focus_ms: durationMs,
      response_ms: durationMs,
      total_ms: durationMs,
    })
    .nullish(),
  commerce: commerce.nullish(),
  survey: survey.nullish(),
  quality: z.strictObject({ form: name, score_pct: z.number().min(0).max(100).nullish(), evaluator: name }).nullish(),
  cost: z.strictObject({ amount_minor: wholeNumber, currency }).nullish(),
  page: z.strictObject({ url: page, path: page, title: page, referrer: page }).nullish(),
  attributes: attributes.nullish(),
};

/** An event as a sender gives it. What several fields decide together is in `rules.ts`. */
export const eventSchema = z.strictObject(eventShape);

export type SentEvent = z.infer<typeof eventSchema>;
