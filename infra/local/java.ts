import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { PartName } from './addresses';
import type { Environment } from './requirements';

const inherited = ['PATH', 'HOME', 'JAVA_HOME', 'JAVA_TOOL_OPTIONS', 'LANG', 'LC_ALL', 'TZ'];

/** Only what Java itself reads: a QUARKUS_… or KAFKA_… variable of the user's own work must not reach a stack. */
export function javaEnvironment(env: Environment): Environment {
  return Object.fromEntries(inherited.map((name) => [name, env[name]]));
}

/**
 * Flags for both Java parts. The serial collector beats G1 on heaps this small and two cores. Native libraries and
 * caches are unpacked in a folder of the stack's own, emptied at every start: after SIGKILL they would stay in /tmp.
 */
export function javaFlags(stackDir: string, name: PartName, heapMegabytes: number): string[] {
  const temporaryDir = join(stackDir, 'data', 'tmp', name);
  rmSync(temporaryDir, { recursive: true, force: true });
  mkdirSync(temporaryDir, { recursive: true });
  return [
    `-Xmx${heapMegabytes}m`,
    '-XX:+UseSerialGC',
    // A process that is out of memory must end and be seen, not go on with a thread missing.
    '-XX:+ExitOnOutOfMemoryError',
    `-Djava.io.tmpdir=${temporaryDir}`,
  ];
}
