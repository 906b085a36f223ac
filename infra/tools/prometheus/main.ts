/**
 * `make prometheus`: starts a Prometheus of this machine (on PATH) with the project's rules, on the local stack, and prints where
 * to look. It runs until it is stopped with Ctrl-C; what it keeps lies in `<STACK_DIR>/prometheus`.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { faultText } from '../../local/faults';
import { onPath, runLocally } from '../local-program';
import { toolSettings } from '../settings';
import { argumentsOf, howToGetOne, localConfig, type PrometheusPlan, pages, prometheusPort } from './plan';

async function main(): Promise<void> {
  const settings = toolSettings(process.env);
  await settings.clickhouse.close();
  const command = onPath('prometheus');
  if (command === undefined) {
    console.error(howToGetOne);
    process.exit(1);
  }
  const folder = resolve(settings.stackDir, 'prometheus');
  const plan: PrometheusPlan = {
    portOffset: settings.portOffset,
    rules: resolve('infra', 'prometheus'),
    compose: readFileSync(resolve('infra', 'compose', 'prometheus.yaml'), 'utf8'),
    config: join(folder, 'prometheus.yaml'),
    data: join(folder, 'data'),
  };
  mkdirSync(plan.data, { recursive: true });
  writeFileSync(plan.config, localConfig(plan));
  process.exitCode = await runLocally({
    command,
    args: argumentsOf(plan),
    name: 'Prometheus',
    readyUrl: `http://127.0.0.1:${prometheusPort(plan.portOffset)}/-/ready`,
    readyWithinMs: 60_000,
    pages: pages(plan.portOffset),
  });
}

main().catch((error) => {
  console.error(`prometheus: ${faultText(error)}`);
  process.exit(1);
});
