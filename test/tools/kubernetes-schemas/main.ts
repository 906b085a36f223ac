/**
 * `node dist/test/tools/kubernetes-schemas/main.js WHEEL`: makes test/fixtures/kubernetes of the schemas in the unpacked
 * wheel of kubernetes-validate, for the kinds that the chart makes: each in a file of its own with all it refers to,
 * without descriptions, as kubeconform reads it.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const versions = ['1.29.0', '1.37.0'];
const kinds = [
  'configmap-v1',
  'deployment-apps-v1',
  'horizontalpodautoscaler-autoscaling-v2',
  'ingress-networking-v1',
  'job-batch-v1',
  'networkpolicy-networking-v1',
  'poddisruptionbudget-policy-v1',
  'service-v1',
  'serviceaccount-v1',
  'statefulset-apps-v1',
];

type Schema = Record<string, unknown>;

/** The schema with every definition it reaches, each once. */
function selfContained(schema: Schema, all: Record<string, Schema>): Schema {
  const definitions: Record<string, unknown> = {};
  /** `named`: keys are names of properties, not keywords of the schema. */
  const copy = (value: unknown, named = false): unknown => {
    if (Array.isArray(value)) return value.map((one) => copy(one));
    if (typeof value !== 'object' || value === null) return value;
    const kept = Object.entries(value).filter(
      ([key]) => named || !(key === 'description' || key === '$schema' || key.startsWith('x-kubernetes')),
    );
    return Object.fromEntries(
      kept.map(([key, one]) => [key, key === '$ref' && !named ? refer(String(one)) : copy(one, key === 'properties')]),
    );
  };
  const refer = (ref: string): string => {
    const name = ref.slice(ref.lastIndexOf('/') + 1);
    if (!(name in definitions)) {
      definitions[name] = {};
      definitions[name] = copy(all[name]);
    }
    return `#/definitions/${name}`;
  };
  return { ...(copy(schema) as Schema), definitions };
}

const [, , wheel] = process.argv;
for (const version of versions) {
  const from = join(wheel, 'kubernetes_validate', 'kubernetes-json-schema', `v${version}-local-strict`);
  const to = join('test', 'fixtures', 'kubernetes', `v${version}`);
  const read = (name: string): Schema => JSON.parse(readFileSync(join(from, `${name}.json`), 'utf8')) as Schema;
  const all = read('_definitions').$defs as Record<string, Schema>;
  mkdirSync(to, { recursive: true });
  for (const kind of kinds) {
    writeFileSync(join(to, `${kind}.json`), `${JSON.stringify(selfContained(read(kind), all))}\n`);
  }
}
