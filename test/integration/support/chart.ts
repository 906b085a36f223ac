import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseAllDocuments, stringify } from 'yaml';
import { withLock } from '../../../infra/local/lock';
import { projectRoot } from './build';

export interface Container {
  name: string;
  image: string;
  args: string[];
  env: { name: string; value?: string; valueFrom?: { secretKeyRef: { name: string; key: string } } }[];
  resources: { requests: Record<string, string>; limits: Record<string, string> };
  securityContext: Record<string, unknown>;
  lifecycle?: { preStop: { exec: { command: string[] } } };
  volumeMounts?: { name: string; mountPath: string; readOnly?: boolean }[];
  [probe: string]: unknown;
}

export interface PodSpec {
  containers: Container[];
  initContainers?: Container[];
  securityContext: Record<string, unknown>;
  serviceAccountName: string;
  automountServiceAccountToken: boolean;
  enableServiceLinks: boolean;
  terminationGracePeriodSeconds?: number;
  volumes?: { name: string }[];
  [key: string]: unknown;
}

export interface Resource {
  apiVersion: string;
  kind: string;
  metadata: { name: string; labels: Record<string, string>; annotations?: Record<string, string> };
  // biome-ignore lint/suspicious/noExplicitAny: resources of any kind are looked into.
  spec: any;
  data?: Record<string, string>;
}

/** The values of one feature each, by name. */
export const features = readdirSync(join(projectRoot, 'infra/helm/customer-dynamics/ci')).map((file) =>
  file.replace('-values.yaml', ''),
);

export const featureFile = (feature: string): string =>
  join(projectRoot, 'infra/helm/customer-dynamics/ci', `${feature}-values.yaml`);

/** What `helm template` makes of a chart; throws with what it says when it refuses. `over` are further values. */
export function render(helm: string, chart: string, feature: string, over: object = {}): Resource[] {
  return parse(renderText(helm, chart, feature, over));
}

export function renderText(helm: string, chart: string, feature: string, over: object = {}): string {
  const args = ['template', 'rel', chart, '--kube-version', '1.37.0', '-f', featureFile(feature), '-f', '-'];
  const { status, stdout, stderr } = spawnSync(helm, args, {
    input: stringify(over),
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

export function parse(text: string): Resource[] {
  return parseAllDocuments(text).flatMap((document) => {
    if (document.errors.length > 0) throw document.errors[0];
    const resource = document.toJS() as Resource | null;
    return resource === null ? [] : [resource];
  });
}

export const podOf = (resource: Resource): PodSpec | undefined => resource.spec?.template?.spec as PodSpec | undefined;

/** Kubernetes' own kinds held to its schemas of a version; answers what is wrong. */
export function schemaFaults(kubeconform: string, text: string, version: string): string[] {
  const schemas = join(
    projectRoot,
    'test/fixtures/kubernetes/{{.NormalizedKubernetesVersion}}/{{.ResourceKind}}{{.KindSuffix}}.json',
  );
  const args = ['-strict', '-ignore-missing-schemas', '-output', 'json', '-kubernetes-version', version];
  const { stdout, stderr } = spawnSync(kubeconform, [...args, '-schema-location', schemas, '-'], {
    input: text,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  if (stdout === '') throw new Error(stderr);
  const { resources } = JSON.parse(stdout) as { resources: { status: string; name: string; msg: string }[] };
  return resources.map(({ status, name, msg }) => `${status} ${name}: ${msg}`);
}

/** Validators of operators' kinds, made from their Go types by the packages of kubernetes-models (npm). */
const models = {
  keda: '2.0.0',
  'gateway-api': '2.0.0',
  'prometheus-operator': '6.0.0',
};

const validator = `
import { ScaledObject } from '@kubernetes-models/keda/keda.sh/v1alpha1/ScaledObject';
import { TriggerAuthentication } from '@kubernetes-models/keda/keda.sh/v1alpha1/TriggerAuthentication';
import { PodMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PodMonitor';
import { ServiceMonitor } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/ServiceMonitor';
import { PrometheusRule } from '@kubernetes-models/prometheus-operator/monitoring.coreos.com/v1/PrometheusRule';
import { HTTPRoute } from '@kubernetes-models/gateway-api/gateway.networking.k8s.io/v1/HTTPRoute';
import { readFileSync } from 'node:fs';
const kinds = { ScaledObject, TriggerAuthentication, PodMonitor, ServiceMonitor, PrometheusRule, HTTPRoute };
const told = JSON.parse(readFileSync(0, 'utf8')).filter(({ kind }) => kind in kinds).map((resource) => {
  try {
    new kinds[resource.kind](resource).validate();
    return { kind: resource.kind, fault: '' };
  } catch (error) {
    return { kind: resource.kind, fault: error.message };
  }
});
console.log(JSON.stringify(told));
`;

/** The kinds of KEDA, the Prometheus operator and the Gateway API among the resources, with what is wrong with each. */
export async function customFaults(resources: readonly Resource[]): Promise<{ kind: string; fault: string }[]> {
  const tools = join(projectRoot, '.local', 'tools');
  const folder = join(tools, `kubernetes-models-${Object.values(models).join('-')}`);
  mkdirSync(tools, { recursive: true });
  await withLock(
    join(tools, 'kubernetes-models.lock'),
    { waitMs: 240_000, holderDoes: 'is fetching kubernetes-models' },
    async () => {
      if (existsSync(folder)) return;
      const draft = `${folder}.unfinished`;
      rmSync(draft, { recursive: true, force: true });
      mkdirSync(draft);
      writeFileSync(join(draft, 'package.json'), '{"private":true,"type":"module"}');
      const packages = Object.entries(models).map(([name, version]) => `@kubernetes-models/${name}@${version}`);
      const args = ['install', '--silent', '--no-audit', '--no-fund', '--ignore-scripts', '--save-exact', ...packages];
      execFileSync('npm', args, { cwd: draft, stdio: 'ignore' });
      writeFileSync(join(draft, 'validate.js'), validator);
      renameSync(draft, folder);
    },
  );
  const input = JSON.stringify(resources);
  const told = execFileSync(process.execPath, ['validate.js'], {
    cwd: folder,
    input,
    encoding: 'utf8',
    maxBuffer: 1e8,
  });
  return JSON.parse(told) as { kind: string; fault: string }[];
}
