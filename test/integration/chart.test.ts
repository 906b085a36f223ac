import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { z } from 'zod';
import { buildChart } from '../../infra/helm/build';
import rights from '../../infra/kafka/acls.json';
import topics from '../../infra/kafka/topics.json';
import { enrichSettings } from '../../services/enrich/settings';
import { ingestSettings } from '../../services/ingest/settings';
import { readSettings } from '../../services/lib/settings';
import { loadSettings } from '../../services/load/settings';
import { sessionizeSettings } from '../../services/sessionize/settings';
import { projectRoot } from './support/build';
import {
  type Container,
  customFaults,
  featureFile,
  features,
  parse,
  podOf,
  type Resource,
  render,
  renderText,
  schemaFaults,
} from './support/chart';
import { canHave, goTool, helm, kubeconform } from './support/go-tool';

jest.setTimeout(720_000);

const folder = mkdtempSync(join(tmpdir(), 'chart-'));
const tool = { helm: '', kubeconform: '' };
let chart: string;
const texts = new Map<string, string>();
const rendered = new Map<string, Resource[]>();

const of = (feature: string): Resource[] => rendered.get(feature) as Resource[];
const kind = (resources: readonly Resource[], name: string): Resource[] =>
  resources.filter((resource) => resource.kind === name);
const named = (resources: readonly Resource[], kindName: string, component: string): Resource => {
  const found = kind(resources, kindName).find(({ metadata }) => metadata.name.endsWith(`-${component}`));
  if (!found) throw new Error(`no ${kindName} ${component}`);
  return found;
};
/** What a KafkaUser may, as infra/kafka/acls.json has it. */
const rightsOf = (users: readonly Resource[], component: string): object[] =>
  named(users, 'KafkaUser', component).spec.authorization.acls.map(
    ({ resource, operations }: { resource: { patternType?: string }; operations: string[] }) => {
      const { patternType, ...what } = resource;
      return { ...what, ...(patternType === 'prefix' ? { patternType } : {}), operations };
    },
  );
const workloads = (resources: readonly Resource[]): Resource[] => resources.filter((it) => podOf(it) !== undefined);
const services = (resources: readonly Resource[]): Resource[] => workloads(resources).filter((it) => it.kind !== 'Job');
const matches = (selector: Record<string, string>, labels: Record<string, string>): boolean =>
  Object.entries(selector).every(([name, value]) => labels[name] === value);
const containerOf = (resource: Resource): Container => podOf(resource)?.containers[0] as Container;
const envOf = (container: Container): Record<string, string> =>
  Object.fromEntries(container.env.map(({ name, value }) => [name, value ?? 'from-a-secret-of-32-characters!!']));

// Two minutes and more where helm is not there yet (support/go-tool.ts).
(canHave(helm) && canHave(kubeconform) ? describe : describe.skip)('the chart', () => {
  beforeAll(async () => {
    tool.helm = await goTool(helm);
    tool.kubeconform = await goTool(kubeconform);
    chart = buildChart(projectRoot, folder);
    // What is in files/ comes from elsewhere; one of each shows what becomes of it, whether there are any or not.
    writeFileSync(
      join(chart, 'files/rules/shown.yaml'),
      'groups: [{ name: a, rules: [{ alert: Up, expr: up == 0, annotations: { text: "{{ $labels.job }} is down" } }] }]\n',
    );
    writeFileSync(join(chart, 'files/dashboards/shown.json'), '{ "title": "{{ not a template }}" }');
    for (const feature of features) {
      texts.set(feature, renderText(tool.helm, chart, feature));
      rendered.set(feature, parse(texts.get(feature) as string));
    }
  }, 900_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  test('its source names no copy of what lies elsewhere, and the release has the version of the package', () => {
    const { version } = JSON.parse(readFileSync(join(projectRoot, 'package.json'), 'utf8')) as { version: string };
    expect(readFileSync(join(chart, 'Chart.yaml'), 'utf8')).toContain(`appVersion: ${version}`);
    expect(readFileSync(join(chart, 'files/topics.json'), 'utf8')).toContain('interactions.raw');
  });

  test('resources of KEDA, the Prometheus operator and the Gateway API are held to their types', async () => {
    const told = await customFaults([...rendered.values()].flat());
    expect(new Set(told.map((it) => it.kind))).toEqual(
      new Set(['ScaledObject', 'TriggerAuthentication', 'PodMonitor', 'ServiceMonitor', 'PrometheusRule', 'HTTPRoute']),
    );
    expect(told.filter(({ fault }) => fault !== '')).toEqual([]);
  });

  test('these checks can fail', async () => {
    const wrong = (texts.get('minimal') as string).replaceAll(
      'terminationGracePeriodSeconds',
      'terminationGracePeriod',
    );
    expect(schemaFaults(tool.kubeconform, wrong, '1.37.0').join()).toContain('terminationGracePeriod');
    const { spec, ...scaled } = named(of('keda'), 'ScaledObject', 'load');
    const [{ fault }] = await customFaults([{ ...scaled, spec: { ...spec, triggers: 'many' } }]);
    expect(fault).toContain('triggers');
  });

  describe.each(features)('%s', (feature) => {
    test('passes lint, and Kubernetes’ schemas of 1.29 and 1.37, strict', () => {
      const args = ['lint', '--strict', '--quiet', '--kube-version', '1.37.0', chart, '-f', featureFile(feature)];
      execFileSync(tool.helm, args);
      for (const version of ['1.29.0', '1.37.0']) {
        expect(schemaFaults(tool.kubeconform, texts.get(feature) as string, version)).toEqual([]);
      }
    });

    test('nothing runs as root, writes to its file system or may do more than it must', () => {
      expect(workloads(of(feature)).length).toBeGreaterThan(4);
      for (const workload of workloads(of(feature))) {
        const pod = podOf(workload)!;
        expect(pod.securityContext).toMatchObject({
          runAsNonRoot: true,
          runAsUser: 65532,
          seccompProfile: { type: 'RuntimeDefault' },
        });
        expect(pod).toMatchObject({ automountServiceAccountToken: false, enableServiceLinks: false });
        for (const name of ['hostNetwork', 'hostPID', 'hostIPC']) expect(pod[name]).toBeUndefined();
        for (const container of [...pod.containers, ...(pod.initContainers ?? [])]) {
          expect(container.securityContext).toEqual({
            allowPrivilegeEscalation: false,
            readOnlyRootFilesystem: true,
            runAsNonRoot: true,
            capabilities: { drop: ['ALL'] },
          });
          expect(container.image).toMatch(/:\d|@sha256:/);
          expect(container.resources).toMatchObject({
            requests: { cpu: expect.anything(), memory: expect.anything() },
            limits: { memory: expect.anything() },
          });
        }
      }
    });

    test('secrets are named, never held: no Secret, none in a ConfigMap, none as a plain value', () => {
      expect(kind(of(feature), 'Secret')).toEqual([]);
      for (const { data } of kind(of(feature), 'ConfigMap')) expect(Object.keys(data ?? {}).join()).toMatch(/\.json$/);
      for (const container of workloads(of(feature)).map(containerOf)) {
        const plain = container.env.filter(
          ({ name, value }) => value !== undefined && /(PASSWORD|SECRET|TOKEN|_KEY)$/.test(name),
        );
        expect(plain).toEqual([]);
        for (const { value = '' } of container.env) expect(value).not.toMatch(/:\/\/[^$/]*:[^$/]*@/);
      }
    });

    test('each service accepts the settings it is given', () => {
      const shapes: Record<string, z.ZodObject> = {
        ingest: ingestSettings,
        enrich: enrichSettings,
        sessionize: sessionizeSettings,
        load: loadSettings,
      };
      for (const container of services(of(feature)).map(containerOf)) {
        const shape = shapes[container.args[0]];
        if (shape === undefined) continue;
        const env = envOf(container);
        const settings = readSettings(shape, env);
        expect(settings).toMatchObject({ HOST: '0.0.0.0', KAFKA_BROKERS: env.KAFKA_BROKERS });
        const foreign = container.env
          .map(({ name }) => name)
          .filter((name) => !(name in shape.shape) && !/^(NODE_OPTIONS|NODE_EXTRA_CA_CERTS)$/.test(name));
        expect(foreign).toEqual([]);
      }
    });

    test('a pod has longer to end than its drain takes, and is asked how it is', () => {
      const [, drainMs] =
        /stopDeadlineMs = ([\d_]+)/.exec(readFileSync(join(projectRoot, 'services/lib/run.ts'), 'utf8')) ?? [];
      for (const workload of services(of(feature))) {
        const container = containerOf(workload);
        const preStop = Number(container.lifecycle?.preStop.exec.command[1] ?? 0);
        const grace = podOf(workload)?.terminationGracePeriodSeconds ?? 0;
        expect(grace).toBeGreaterThan(preStop + Number(drainMs.replaceAll('_', '')) / 1_000 + 5);
        for (const probe of ['startupProbe', 'livenessProbe', 'readinessProbe']) expect(container[probe]).toBeDefined();
      }
    });

    test('everything that points to pods finds them, and every pod is protected', () => {
      const pods = workloads(of(feature)).map((it) => it.spec.template.metadata.labels as Record<string, string>);
      const found = (selector: Record<string, string>): boolean => pods.some((labels) => matches(selector, labels));
      for (const service of kind(of(feature), 'Service')) expect(found(service.spec.selector)).toBe(true);
      for (const budget of kind(of(feature), 'PodDisruptionBudget'))
        expect(found(budget.spec.selector.matchLabels)).toBe(true);
      const policies = kind(of(feature), 'NetworkPolicy');
      for (const policy of policies) expect(found(policy.spec.podSelector.matchLabels)).toBe(true);
      const accounts = kind(of(feature), 'ServiceAccount').map(({ metadata }) => metadata.name);
      for (const workload of workloads(of(feature))) expect(accounts).toContain(podOf(workload)?.serviceAccountName);
      for (const workload of services(of(feature))) {
        const labels = workload.spec.template.metadata.labels as Record<string, string>;
        expect(matches(workload.spec.selector.matchLabels, labels)).toBe(true);
        expect(
          kind(of(feature), 'PodDisruptionBudget').some((it) => matches(it.spec.selector.matchLabels, labels)),
        ).toBe(true);
        if (policies.length === 0) continue;
        const own = policies.filter((it) => matches(it.spec.podSelector.matchLabels, labels));
        expect(own.some(({ spec }) => spec.policyTypes.length === 2 && !spec.ingress && !spec.egress)).toBe(true);
        expect(own.some(({ spec }) => spec.ingress?.length > 0)).toBe(true);
      }
      for (const { metadata } of of(feature)) expect(metadata.name.length).toBeLessThanOrEqual(63);
    });

    test('what scales a workload is alone with it', () => {
      const targets = [...kind(of(feature), 'HorizontalPodAutoscaler'), ...kind(of(feature), 'ScaledObject')].map(
        ({ spec }) => spec.scaleTargetRef.name as string,
      );
      expect(new Set(targets).size).toBe(targets.length);
      for (const workload of services(of(feature))) {
        expect(workload.spec.replicas === undefined).toBe(targets.includes(workload.metadata.name));
      }
    });
  });

  test.each(['minimal', 'production', 'spool', 'operators'])(
    'selectors are the same after an upgrade: %s',
    (feature) => {
      const fixed = (resources: readonly Resource[]) =>
        services(resources).map(({ kind: it, metadata, spec }) => [it, metadata.name, spec.selector, spec.serviceName]);
      const later = render(tool.helm, chart, feature, {
        image: { tag: '9.9.9' },
        commonLabels: { added: 'later' },
        podLabels: { added: 'later' },
        serviceDefaults: { replicas: 5 },
      });
      expect(fixed(later)).toEqual(fixed(of(feature)));
    },
  );

  test('selectors are those of the first release', () => {
    const component = (name: string) => ({
      matchLabels: {
        'app.kubernetes.io/name': 'customer-dynamics',
        'app.kubernetes.io/instance': 'rel',
        'app.kubernetes.io/component': name,
      },
    });
    expect(services(of('minimal')).map(({ metadata, spec }) => [metadata.name, spec.selector])).toEqual(
      ['enrich', 'ingest', 'load', 'sessionize'].map((name) => [`rel-customer-dynamics-${name}`, component(name)]),
    );
  });

  describe('set-up', () => {
    test('hooks before install and upgrade, in order, one runner, repeated until it works', () => {
      const jobs = kind(of('minimal'), 'Job');
      const weight = ({ metadata }: Resource): number => Number(metadata.annotations?.['helm.sh/hook-weight']);
      expect(jobs.map((job) => containerOf(job).args)).toEqual([['topics'], ['schemas'], ['migrate']]);
      expect(jobs.map(weight)).toEqual([...jobs.map(weight)].sort((a, b) => a - b));
      for (const job of jobs) {
        expect(job.metadata.annotations).toMatchObject({ 'helm.sh/hook': 'pre-install,pre-upgrade' });
        expect(job.spec).toMatchObject({
          parallelism: 1,
          completions: 1,
          podReplacementPolicy: 'Failed',
          backoffLimit: 6,
        });
      }
      const [account] = kind(of('minimal'), 'ServiceAccount').filter(({ metadata }) =>
        metadata.name.endsWith('-setup'),
      );
      expect(weight(account)).toBeLessThan(Math.min(...jobs.map(weight)));
    });

    test('the migrating Job finds every load, and is let in', () => {
      const resources = of('production');
      const job = kind(resources, 'Job').find((it) => containerOf(it).args[0] === 'migrate')!;
      const { LOAD_PODS_URL } = envOf(containerOf(job));
      const { hostname, port } = new URL(LOAD_PODS_URL);
      const pods = kind(resources, 'Service').find(({ metadata }) => metadata.name === hostname)!;
      expect(pods.spec).toMatchObject({
        clusterIP: 'None',
        publishNotReadyAddresses: true,
        ports: [{ port: Number(port) }],
      });
      const names = containerOf(job).env.map(({ name }) => name);
      for (const name of ['LOAD_ADMIN_TOKEN', 'KAFKA_SASL_PASSWORD', 'CLICKHOUSE_PASSWORD', 'TTL_EVENTS_DAYS']) {
        expect(names).toContain(name);
      }
      const setup = job.spec.template.metadata.labels as Record<string, string>;
      const intoLoad = named(resources, 'NetworkPolicy', 'load').spec.ingress.flatMap(
        (rule: { from?: { podSelector?: { matchLabels: Record<string, string> } }[] }) => rule.from ?? [],
      );
      expect(
        intoLoad.some((peer: Resource['spec']) => peer.podSelector && matches(peer.podSelector.matchLabels, setup)),
      ).toBe(true);
    });

    test('beside the release where the chart makes the servers; another image is another Job', () => {
      const jobs = kind(of('operators'), 'Job');
      // Topics are resources there.
      expect(jobs.map((job) => containerOf(job).args[0])).toEqual(['schemas', 'migrate']);
      for (const job of jobs) expect(job.metadata.annotations).toBeUndefined();
      const later = kind(render(tool.helm, chart, 'operators', { image: { tag: '9.9.9' } }), 'Job');
      const names = (all: readonly Resource[]): string[] => all.map(({ metadata }) => metadata.name);
      expect(names(later).some((name) => names(jobs).includes(name))).toBe(false);
    });
  });

  describe('Kafka', () => {
    const kafkaOf = (feature: string, component: string): Record<string, string> =>
      Object.fromEntries(
        containerOf(named(of(feature), 'Deployment', component)).env.flatMap(({ name, value, valueFrom }) =>
          name.startsWith('KAFKA_')
            ? [[name, value ?? `${valueFrom?.secretKeyRef.name}/${valueFrom?.secretKeyRef.key}`]]
            : [],
        ),
      );

    test('SCRAM, with a principal for each service', () => {
      expect(kafkaOf('production', 'load')).toEqual({
        KAFKA_BROKERS: 'kafka-0.data:9093,kafka-1.data:9093',
        KAFKA_SSL: 'true',
        KAFKA_SSL_CA_FILE: '/etc/customer-dynamics/kafka-ca/ca.crt',
        KAFKA_SASL_MECHANISM: 'scram-sha-512',
        KAFKA_SASL_USERNAME: 'kafka-load/username',
        KAFKA_SASL_PASSWORD: 'kafka-load/password',
      });
      expect(kafkaOf('production', 'enrich').KAFKA_SASL_PASSWORD).toBe('kafka-enrich/password');
    });

    test('client certificates', () => {
      expect(kafkaOf('mtls', 'enrich')).toMatchObject({
        KAFKA_SSL_CERT_FILE: '/etc/customer-dynamics/kafka-client/tls.crt',
        KAFKA_SSL_KEY_FILE: '/etc/customer-dynamics/kafka-client/tls.key',
      });
      const { volumeMounts = [] } = containerOf(named(of('mtls'), 'Deployment', 'enrich'));
      expect(volumeMounts.map(({ mountPath }) => mountPath)).toContain('/etc/customer-dynamics/kafka-client');
      expect(containerOf(named(of('mtls'), 'Deployment', 'ingest')).livenessProbe).toMatchObject({
        tcpSocket: { port: 'http' },
      });
    });

    test('OAUTHBEARER by client credentials, or by the pod’s own token', () => {
      expect(kafkaOf('oauth', 'enrich')).toMatchObject({
        KAFKA_SASL_MECHANISM: 'oauthbearer',
        KAFKA_SASL_OAUTH_TOKEN_URL: 'https://issuer.example/token',
        KAFKA_SASL_OAUTH_CLIENT_SECRET: 'kafka-oauth/client-secret',
      });
      expect(kafkaOf('oauth', 'load')).toMatchObject({
        KAFKA_SASL_OAUTH_TOKEN_FILE: '/etc/customer-dynamics/kafka-token/token',
      });
    });

    test('KEDA asks as the service does', () => {
      for (const feature of ['keda', 'oauth', 'operators']) {
        for (const { metadata, spec } of kind(of(feature), 'TriggerAuthentication')) {
          const target = services(of(feature)).find((it) => it.metadata.name === metadata.name)!;
          const names = containerOf(target).env.map(({ name }) => name);
          for (const { name, containerName } of spec.env) {
            expect(names).toContain(name);
            expect(containerName).toBe(containerOf(target).name);
          }
        }
      }
      const [trigger] = named(of('keda'), 'ScaledObject', 'load').spec.triggers;
      expect(trigger).toMatchObject({
        type: 'kafka',
        metadata: {
          consumerGroup: 'load-interactions.enriched',
          topic: 'interactions.enriched',
          sasl: 'scram_sha256',
          tls: 'enable',
        },
        authenticationRef: { name: 'rel-customer-dynamics-load' },
      });
    });

    test('Strimzi: topics and rights of infra/kafka, a user a service and one for people, addresses that follow (not held to its schemas)', () => {
      const resources = of('operators');
      expect(
        kind(resources, 'KafkaTopic').map(({ metadata, spec }) => [metadata.name, spec.partitions, spec.config]),
      ).toEqual(
        topics.map(({ topic, partitions, config }) => [
          topic,
          partitions.production,
          { ...config, 'min.insync.replicas': '2' },
        ]),
      );
      const users = kind(resources, 'KafkaUser');
      expect(users.map(({ metadata }) => metadata.name).sort()).toEqual(
        Object.keys(rights)
          .map((name) => `rel-customer-dynamics-${name}`)
          .sort(),
      );
      for (const [name, own] of Object.entries(rights)) {
        expect(rightsOf(users, name)).toEqual(own);
      }
      for (const user of users) expect(JSON.stringify(user.spec.authorization.acls)).not.toContain('"All"');
      const guide = { type: 'topic', name: 'sessions', operations: ['Read', 'Describe'] };
      const further = render(tool.helm, chart, 'operators', {
        services: {
          guide: {
            port: 8081,
            resources: named(of('operators'), 'Deployment', 'load').spec.template.spec.containers[0].resources,
            kafkaAcls: [guide],
          },
          load: { kafkaAcls: [guide] },
        },
      });
      expect(rightsOf(kind(further, 'KafkaUser'), 'guide')).toEqual([guide]);
      expect(rightsOf(kind(further, 'KafkaUser'), 'load')).toEqual([...rights.load, guide]);
      expect(kafkaOf('operators', 'load')).toMatchObject({
        KAFKA_BROKERS: 'rel-customer-dynamics-kafka-kafka-bootstrap:9093',
        KAFKA_SASL_PASSWORD: 'rel-customer-dynamics-load/password',
      });
      expect(kind(of('strimzi-tls'), 'Kafka')).toEqual([]);
      expect(kafkaOf('strimzi-tls', 'load').KAFKA_SSL_CERT_FILE).toBe('/etc/customer-dynamics/kafka-client/user.crt');
      expect(kind(resources, 'ClickHouseInstallation')).toHaveLength(1);
      expect(envOf(containerOf(named(resources, 'Deployment', 'load'))).CLICKHOUSE_URL).toBe(
        'http://clickhouse-rel-customer-dynamics:8123',
      );
    });
  });

  test('a disk makes ingest a StatefulSet whose disks outlive it', () => {
    const set = named(of('spool'), 'StatefulSet', 'ingest');
    expect(set.spec.persistentVolumeClaimRetentionPolicy).toEqual({ whenDeleted: 'Retain', whenScaled: 'Retain' });
    expect(containerOf(set).volumeMounts).toContainEqual({ name: 'disk', mountPath: '/var/spool/customer-dynamics' });
    expect(named(of('spool'), 'Service', 'ingest-pods').metadata.name).toBe(set.spec.serviceName);
  });

  test('a service that the chart has never heard of is one entry', () => {
    const guide = named(of('further-service'), 'Deployment', 'guide');
    expect(containerOf(guide)).toMatchObject({ args: ['guide'], image: expect.stringContaining('customer-dynamics:') });
    expect(containerOf(guide).env.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['CLICKHOUSE_URL', 'GUIDE_SESSION_KEY']),
    );
    expect(kind(of('further-service'), 'Ingress')[0].spec.rules[0].http.paths[0].backend.service.name).toBe(
      'rel-customer-dynamics-guide',
    );
    expect(services(of('further-service')).map(({ metadata }) => metadata.name)).not.toContain(
      'rel-customer-dynamics-load',
    );
  });

  test('senders reach what is for them, and health and metrics stay inside', () => {
    const [{ spec: ingress }] = kind(of('production'), 'Ingress');
    const paths = ingress.rules[0].http.paths.map((it: { path: string; pathType: string }) => [it.path, it.pathType]);
    expect(paths).toEqual([
      ['/v1/', 'Prefix'],
      ['/tracker.js', 'Exact'],
    ]);
    const [{ spec: route }] = kind(of('gateway'), 'HTTPRoute');
    expect(route.rules[0].matches.map((it: { path: object }) => it.path)).toEqual([
      { type: 'PathPrefix', value: '/v1/' },
      { type: 'Exact', value: '/tracker.js' },
    ]);
  });

  test('monitors ask each pod once, under the service’s name; rules and dashboards come through unchanged', () => {
    const [pods] = kind(of('production'), 'PodMonitor');
    expect(pods.spec).toMatchObject({
      jobLabel: 'app.kubernetes.io/component',
      podMetricsEndpoints: [{ port: 'http', path: '/metrics' }],
    });
    const [{ spec }] = kind(of('gateway'), 'ServiceMonitor');
    const asked = kind(of('gateway'), 'Service').filter(
      ({ metadata: { labels } }) =>
        matches(spec.selector.matchLabels, labels) &&
        spec.selector.matchExpressions[0].values.includes(labels['app.kubernetes.io/component']) &&
        !('customer-dynamics/pods' in labels),
    );
    expect(asked.map(({ metadata }) => metadata.name).sort()).toEqual(
      ['enrich', 'ingest', 'load', 'sessionize'].map((name) => `rel-customer-dynamics-${name}`),
    );
    expect(named(of('production'), 'PrometheusRule', 'shown').spec.groups[0].rules[0].annotations.text).toBe(
      '{{ $labels.job }} is down',
    );
    const dashboard = named(of('production'), 'ConfigMap', 'shown');
    expect(dashboard.data).toEqual({ 'shown.json': '{ "title": "{{ not a template }}" }' });
    expect(dashboard.metadata.labels).toMatchObject({ grafana_dashboard: '1' });
  });

  test.each([
    ['no brokers', 'minimal', { kafka: { brokers: [] } }, 'kafka.brokers must name the brokers'],
    ['no registry', 'minimal', { registry: { url: '' } }, 'registry.url must be'],
    ['keys of nobody', 'minimal', { keys: { unsafeDefaults: false } }, 'must name a secret'],
    [
      'an ingest that nobody guards',
      'minimal',
      { services: { ingest: { env: { INGEST_OPEN: 'false' } } } },
      'ingest would not start',
    ],
    ['two that scale', 'keda', { services: { enrich: { autoscaling: { enabled: true } } } }, 'enable one'],
    [
      'a disk left behind',
      'spool',
      { services: { ingest: { autoscaling: { enabled: true } } } },
      'no autoscaling with a disk',
    ],
    [
      'too short an end',
      'minimal',
      { services: { load: { terminationGracePeriodSeconds: 21, preStopSeconds: 5 } } },
      'drains for 20 s',
    ],
    [
      'a password as text',
      'minimal',
      { services: { load: { env: { CLICKHOUSE_PASSWORD: 'x' } } } },
      'CLICKHOUSE_PASSWORD',
    ],
    ['a login in an address', 'minimal', { clickhouse: { url: 'http://a:b@host' } }, '/clickhouse/url'],
    ['a value that is not there', 'minimal', { kafka: { broker: 'x' } }, 'broker'],
    ['the tag latest', 'minimal', { image: { tag: 'latest' } }, 'tag'],
    [
      'SCRAM without a secret',
      'minimal',
      { kafka: { sasl: { mechanism: 'scram-sha-512', username: 'a' } } },
      'kafka.sasl.secret must be set',
    ],
    ['replicas without Keeper', 'operators', { clickhouseInstallation: { replicas: 2 } }, 'must name Keeper'],
    [
      'an entrance to nothing',
      'minimal',
      { ingress: { enabled: true, service: 'none', hosts: ['a'] } },
      'no enabled service none',
    ],
  ])('refused: %s', (_name, feature, over, says) => {
    expect(() => render(tool.helm, chart, feature, over)).toThrow(says);
  });
});
