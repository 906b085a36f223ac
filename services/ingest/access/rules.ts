import { z } from 'zod';
import { limits } from '../domain/limits';
import { type SchemeName, schemes } from './signatures';

const id = z.string().regex(/^[A-Za-z0-9_.-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores');
const moment = z
  .string()
  .refine((text) => /^\d{4}-\d{2}-\d{2}T.*(?:Z|[+-]\d{2}:\d{2})$/.test(text) && !Number.isNaN(Date.parse(text)), {
    message: 'must be a time with its zone, such as 2026-12-31T00:00:00Z',
  })
  .transform((text) => Date.parse(text));
const positive = z.number().positive();

/** When an entry holds, and how much it may send. Two entries that hold at once are how a secret is changed. */
const terms = {
  from: moment.optional(),
  until: moment.optional(),
  /** Requests a second on average; `burst` at once. */
  requests_per_second: positive.max(1_000_000).optional(),
  burst: positive.int().max(1_000_000).optional(),
  max_body_bytes: positive.int().optional(),
  max_json_depth: positive.int().max(limits.jsonDepth).optional(),
};
const scope = z.array(z.string().min(1)).min(1);
const secret = z.string().min(8, 'must have at least 8 characters');

const key = z.strictObject({
  id,
  /** SHA-256 of the key, hex: whoever reads the file has no key. */
  sha256: z.string().regex(/^[0-9a-f]{64}$/, 'must be the SHA-256 of the key as 64 lower-case hex digits'),
  sources: scope,
  /** May be sent as `?key=`, for senders that cannot set headers. Addresses get into logs of proxies. */
  in_url: z.boolean().default(false),
  /** Of browsers: the pages that may use it. */
  origins: z.array(z.string().regex(/^https?:\/\/[^/]+$/, 'must be an origin such as https://shop.example')).optional(),
  ...terms,
});

const signature = z.strictObject({
  id,
  source: z.string().min(1),
  scheme: z.enum(Object.keys(schemes) as SchemeName[]),
  secret: secret.optional(),
  secret_file: z.string().min(1).optional(),
  /** Meta asks with it whether this address is ours (`GET …?hub.verify_token=`). */
  verify_token: secret.optional(),
  ...terms,
});

const certificate = z.strictObject({ id, common_name: z.string().min(1), sources: scope, ...terms });

const rules = z.strictObject({
  keys: z.array(key).default([]),
  signatures: z.array(signature).default([]),
  certificates: z.array(certificate).default([]),
});

type Terms = Pick<
  z.infer<typeof key>,
  'id' | 'from' | 'until' | 'requests_per_second' | 'burst' | 'max_body_bytes' | 'max_json_depth'
>;
/** Who may send: an entry of the access file, whatever proves it. */
export type Entry = Terms;
export type KeyEntry = z.infer<typeof key>;
export type CertificateEntry = z.infer<typeof certificate>;
export type SignatureEntry = Omit<z.infer<typeof signature>, 'secret' | 'secret_file'> & { secret: string };

export interface AccessRules {
  keys: readonly KeyEntry[];
  signatures: readonly SignatureEntry[];
  certificates: readonly CertificateEntry[];
}

/** What the rules are checked against besides themselves. */
export interface RulesContext {
  sources: ReadonlySet<string>;
  /** Content of a secret's file; throws when it cannot be read. */
  readSecret(path: string): string;
  hasPublicUrl: boolean;
  asksForCertificates: boolean;
}

/** The access file's text as rules, or everything that is wrong with it. No fault repeats a value of the file. */
export function readRules(text: string, context: RulesContext): { rules: AccessRules } | { faults: string[] } {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { faults: ['is not JSON'] };
  }
  const parsed = rules.safeParse(json);
  if (!parsed.success) return { faults: parsed.error.issues.map(issueText) };
  const faults: string[] = [];
  const { keys, certificates } = parsed.data;
  const signatures = parsed.data.signatures.map((entry, index) => {
    const { secret: given, secret_file, ...rest } = entry;
    const at = `signatures.${index}`;
    let known = given ?? '';
    if ((given === undefined) === (secret_file === undefined)) {
      faults.push(`${at}: needs either secret or secret_file`);
    } else if (secret_file !== undefined) {
      known = fileSecret(secret_file, context, (fault) => faults.push(`${at}.secret_file: ${fault}`));
    }
    if (entry.scheme === 'twilio' && !context.hasPublicUrl) {
      faults.push(`${at}: Twilio signs the address it calls: set INGEST_PUBLIC_URL`);
    }
    return { ...rest, secret: known };
  });
  if (certificates.length > 0 && !context.asksForCertificates) {
    faults.push('certificates: nobody is asked for one: set INGEST_TLS_CLIENT_CA_FILE');
  }
  faults.push(...duplicates([...keys, ...signatures, ...certificates]));
  const scopes = [
    ...keys.map(({ sources }, index) => [`keys.${index}.sources`, sources] as const),
    ...signatures.map(({ source }, index) => [`signatures.${index}.source`, [source]] as const),
    ...certificates.map(({ sources }, index) => [`certificates.${index}.sources`, sources] as const),
  ];
  for (const [at, names] of scopes) {
    const star = at.startsWith('signatures') ? [] : ['*'];
    if (names.some((name) => !context.sources.has(name) && !star.includes(name))) {
      faults.push(`${at}: names a source that there is not; known: ${[...star, ...context.sources].join(', ')}`);
    }
  }
  for (const { id: name, from, until } of [...keys, ...signatures, ...certificates]) {
    if (from !== undefined && until !== undefined && from >= until) faults.push(`${name}: ends before it begins`);
  }
  return faults.length > 0 ? { faults } : { rules: { keys, signatures, certificates } };
}

function fileSecret(path: string, { readSecret }: RulesContext, refuse: (fault: string) => void): string {
  try {
    const text = readSecret(path).trim();
    if (text.length < 8) refuse('must hold at least 8 characters');
    return text;
  } catch (error) {
    refuse(`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`);
    return '';
  }
}

const duplicates = (entries: readonly { id: string }[]): string[] =>
  [...new Set(entries.map(({ id: name }) => name))]
    .filter((name) => entries.filter((entry) => entry.id === name).length > 1)
    .map((name) => `${name}: is the id of two entries`);

/** zod's messages can quote what was given; only ours and the kind of fault are told. */
function issueText(issue: z.core.$ZodIssue): string {
  const at = issue.path.join('.') || 'the file';
  if (issue.code === 'custom' || issue.code === 'invalid_format') return `${at}: ${issue.message}`;
  if (issue.code === 'too_small') return `${at}: must be at least ${issue.minimum}`;
  if (issue.code === 'too_big') return `${at}: must be at most ${issue.maximum}`;
  if (issue.code === 'unrecognized_keys') return `${at}: holds a field that there is not`;
  if (issue.code === 'invalid_value') return `${at}: must be one of ${issue.values.join(', ')}`;
  return `${at}: is missing or has the wrong type`;
}
