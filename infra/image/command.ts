/** The image's entry: `node dist/infra/image/command.js NAME` runs a service or a tool, in this very process. */
import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { commands } from './contents';

const dist = resolve(__dirname, '../..');

/** The services that are there: each folder with a `main.js`. */
const services = (): string[] =>
  readdirSync(join(dist, 'services')).filter((name) => existsSync(join(dist, 'services', name, 'main.js')));

/** The script of a command, or undefined where there is none of that name. */
function scriptOf(name: string): string | undefined {
  if (services().includes(name)) return `services/${name}/main.js`;
  return Object.hasOwn(commands, name) ? commands[name] : undefined;
}

const [, , name = 'help'] = process.argv;
const script = scriptOf(name);
if (script !== undefined) {
  // Not a child: signals reach the service itself, and there is nothing between it and its end.
  require(join(dist, script));
} else {
  const known = name === 'help' || name === '--help';
  const lines = [
    ...(known ? [] : [`There is no command ${name}.`]),
    `services: ${services().join(', ')}`,
    `tools: ${Object.keys(commands).join(', ')}`,
    'Settings are environment variables: each service and tool has them in its README.',
  ];
  console[known ? 'log' : 'error'](lines.join('\n'));
  process.exitCode = known ? 0 : 64;
}
