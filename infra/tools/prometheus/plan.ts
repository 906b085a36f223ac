import { stackAddresses } from '../../local/addresses';

/** What a Prometheus of this machine is started with. Pure. */
export interface PrometheusPlan {
  portOffset: number;
  /** Of the two rules files. */
  rules: string;
  /** What compose gives its Prometheus, as text: it says what is scraped, and how often. */
  compose: string;
  /** The configuration that is written, and the folder of Prometheus' own data. */
  config: string;
  data: string;
}

/** Beside the stack's own ports. */
export const prometheusPort = (portOffset: number): number => 9090 + portOffset;

/** The configuration of compose, with the services and rules where a local stack has them. Throws where it names a service that no stack has. */
export function localConfig({ compose, portOffset, rules }: PrometheusPlan): string {
  const { host, ports } = stackAddresses(portOffset);
  const local = compose.replace(/"(\w+):\d+"/g, (_target, service: string) => {
    const port = ports[service as keyof typeof ports];
    if (port === undefined)
      throw new Error(`infra/compose/prometheus.yaml scrapes ${service}, which a local stack lacks`);
    return `"${host}:${port}"`;
  });
  return local.replace('/etc/prometheus/rules/*.rules.yaml', JSON.stringify(`${rules}/*.rules.yaml`));
}

/** On the loopback address alone: it asks nobody who they are. */
export const argumentsOf = ({ config, data, portOffset }: PrometheusPlan): string[] => [
  `--config.file=${config}`,
  `--storage.tsdb.path=${data}`,
  '--storage.tsdb.retention.time=7d',
  `--web.listen-address=127.0.0.1:${prometheusPort(portOffset)}`,
  '--log.level=warn',
];

/** Where to look. */
export const pages = (portOffset: number): string[] =>
  ['alerts', 'rules', 'targets'].map((page) => `http://127.0.0.1:${prometheusPort(portOffset)}/${page}`);

export const howToGetOne = `There is no Prometheus on PATH. Any release of 3 will do:

  https://prometheus.io/download     (its \`prometheus\` must be on PATH)

One of your own takes infra/compose/prometheus.yaml, with your addresses, and infra/prometheus/*.rules.yaml;
infra/compose.yaml has one beside everything else.`;
