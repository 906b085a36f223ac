import { describe, expect, test } from '@jest/globals';
import {
  addresses,
  type GrafanaPlan,
  ofDocker,
  ofPath,
  provisioningFiles,
  seenFrom,
} from '../../../../infra/tools/grafana/plan';

const plan: GrafanaPlan = {
  port: 3100,
  clickhouse: new URL('http://127.0.0.1:8223'),
  database: 'customer_dynamics',
  prometheusUrl: 'http://127.0.0.1:9090',
  provisioning: '/stack/grafana/provisioning',
  data: '/stack/grafana/data',
  dashboards: '/project/dashboards/generated',
};

describe('make grafana', () => {
  test('a program on PATH gets its folders and its port', () => {
    const start = ofPath(plan, '/usr/sbin/grafana', '/usr/share/grafana');
    expect(start.args).toEqual(['server', '--homepath', '/usr/share/grafana']);
    expect(start.env).toMatchObject({
      GF_SERVER_HTTP_PORT: '3100',
      GF_PATHS_PROVISIONING: plan.provisioning,
      GF_PLUGINS_PREINSTALL_SYNC: 'grafana-clickhouse-datasource',
    });
    expect(ofPath(plan, '/usr/sbin/grafana-server', undefined).args).toEqual([]);
  });

  test.each([
    { linux: true, network: '--network host', host: '127.0.0.1', prometheus: 'http://127.0.0.1:9090' },
    {
      linux: false,
      network: '-p 127.0.0.1:3100:3100',
      host: 'host.docker.internal',
      prometheus: 'http://host.docker.internal:9090',
    },
  ])('a container reaches the stack on the loopback address: linux $linux', ({ linux, network, host, prometheus }) => {
    const { command, args } = ofDocker(plan, linux);
    expect(command).toBe('docker');
    expect(args.join(' ')).toContain(network);
    expect(args.join(' ')).toContain('-v /project/dashboards/generated:/var/lib/grafana-dashboards:ro');
    const seen = seenFrom.docker(linux);
    const files = provisioningFiles(plan, seen.host, seen.dashboards);
    expect(files['datasources/customer-dynamics.yaml']).toMatchObject({
      datasources: [{ jsonData: { host, port: 8223 } }, { url: prometheus }],
    });
    expect(files['dashboards/customer-dynamics.yaml']).toMatchObject({
      providers: [{ options: { path: '/var/lib/grafana-dashboards' } }],
    });
  });

  test('addresses show the range that has data', () => {
    expect(addresses(3100, ['cd-a'], { from: 1, to: 2 })).toEqual(['http://127.0.0.1:3100/d/cd-a?from=1&to=2']);
    expect(addresses(3100, ['cd-a'])).toEqual(['http://127.0.0.1:3100/d/cd-a']);
  });
});
