/** What a Grafana is started with, and where it finds ClickHouse and Prometheus. Pure. */
export interface GrafanaPlan {
  port: number;
  clickhouse: URL;
  database: string;
  prometheusUrl: string;
  /** Folders of this machine: provisioning files, Grafana's own data, and the generated dashboards. */
  provisioning: string;
  data: string;
  dashboards: string;
}

export interface Start {
  command: string;
  args: string[];
  env: Record<string, string>;
}

export const plugin = 'grafana-clickhouse-datasource';
export const image = 'grafana/grafana:13.2.3';
/** In the container. */
const inside = { provisioning: '/etc/grafana/provisioning', dashboards: '/var/lib/grafana-dashboards' };

/** Files below the provisioning folder. They are JSON, which is YAML too. */
export function provisioningFiles(plan: GrafanaPlan, host: string, dashboards: string): Record<string, object> {
  return {
    'datasources/customer-dynamics.yaml': {
      apiVersion: 1,
      datasources: [
        {
          name: 'ClickHouse',
          uid: 'clickhouse',
          type: plugin,
          access: 'proxy',
          isDefault: true,
          jsonData: {
            protocol: 'http',
            host: host === '' ? plan.clickhouse.hostname : host,
            port: Number(plan.clickhouse.port),
            defaultDatabase: plan.database,
            username: 'viewer',
          },
        },
        {
          name: 'Prometheus',
          uid: 'prometheus',
          type: 'prometheus',
          access: 'proxy',
          url: host === '' ? plan.prometheusUrl : plan.prometheusUrl.replace('127.0.0.1', host),
        },
      ],
    },
    'dashboards/customer-dynamics.yaml': {
      apiVersion: 1,
      providers: [
        { name: 'Customer Dynamics', folder: 'Customer Dynamics', type: 'file', options: { path: dashboards } },
      ],
    },
  };
}

/** Settings of Grafana: everybody on this machine may look, nobody logs in. */
const settings = (plan: GrafanaPlan): Record<string, string> => ({
  GF_SERVER_HTTP_PORT: String(plan.port),
  GF_SERVER_HTTP_ADDR: '127.0.0.1',
  GF_AUTH_ANONYMOUS_ENABLED: 'true',
  GF_AUTH_ANONYMOUS_ORG_ROLE: 'Viewer',
  GF_ANALYTICS_REPORTING_ENABLED: 'false',
  GF_ANALYTICS_CHECK_FOR_UPDATES: 'false',
  // The second is what releases before 12 know.
  GF_PLUGINS_PREINSTALL_SYNC: plugin,
  GF_INSTALL_PLUGINS: plugin,
});

/** A Grafana on PATH. `home` is where its own files are, where it does not find them by itself. */
export const ofPath = (plan: GrafanaPlan, program: string, home: string | undefined): Start => ({
  command: program,
  args: [...(program.endsWith('grafana-server') ? [] : ['server']), ...(home ? ['--homepath', home] : [])],
  env: {
    ...settings(plan),
    GF_PATHS_PROVISIONING: plan.provisioning,
    GF_PATHS_DATA: plan.data,
    GF_PATHS_LOGS: `${plan.data}/log`,
    GF_PATHS_PLUGINS: `${plan.data}/plugins`,
  },
});

/** By Docker. The local stack listens on the loopback address: on Linux the container shares the network, elsewhere Docker leads there. */
export function ofDocker(plan: GrafanaPlan, linux: boolean): Start {
  const env = linux ? settings(plan) : { ...settings(plan), GF_SERVER_HTTP_ADDR: '0.0.0.0' };
  return {
    command: 'docker',
    args: [
      ...['run', '--rm', '--init', '--name', `customer-dynamics-grafana-${plan.port}`],
      ...(linux ? ['--network', 'host'] : ['-p', `127.0.0.1:${plan.port}:${plan.port}`]),
      ...['-v', `${plan.provisioning}:${inside.provisioning}:ro`, '-v', `${plan.dashboards}:${inside.dashboards}:ro`],
      ...Object.entries(env).flatMap(([name, value]) => ['-e', `${name}=${value}`]),
      image,
    ],
    env: {},
  };
}

/** What host and folder the provisioning files name, for each way of starting it. */
export const seenFrom = {
  path: (plan: GrafanaPlan) => ({ host: '', dashboards: plan.dashboards }),
  docker: (linux: boolean) => ({ host: linux ? '' : 'host.docker.internal', dashboards: inside.dashboards }),
};

/** Where to look: the dashboards' addresses, in the range that has data. */
export const addresses = (port: number, uids: readonly string[], range?: { from: number; to: number }): string[] =>
  uids.map((uid) => `http://127.0.0.1:${port}/d/${uid}${range ? `?from=${range.from}&to=${range.to}` : ''}`);

export const howToGetOne = `There is no Grafana on PATH, and Docker does not answer. Either of these will do:

  Grafana 11 or later    https://grafana.com/grafana/download   (its \`grafana\` must be on PATH; the plug-in ${plugin} is fetched)
  Docker                 https://docs.docker.com/get-docker     (\`make grafana\` then runs ${image})

A Grafana of your own takes dashboards/generated/*.json by import; it needs the plug-in ${plugin} and a data source of it.
Without any: \`make report\` writes the main charts as one HTML file.`;
