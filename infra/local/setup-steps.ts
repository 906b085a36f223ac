import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { PartName } from './addresses';
import { errorMessage, StackFault } from './faults';
import { serviceEnvironment } from './node-parts';
import type { PartContext } from './part';

/** Something to be done once the servers are up and before the services are started. Must do nothing the second time. */
export interface SetUpStep {
  name: string;
  /** The step is left out when one of these parts is not in the stack. */
  needs: readonly PartName[];
  /** Answers a short detail for the progress line ("5 topics"), or ''. */
  run(context: PartContext): Promise<string>;
}

/** In this order, each after the one before. */
export const setUpSteps: readonly SetUpStep[] = [
  scriptStep('topics', ['kafka'], 'infra/kafka/main.js'),
  scriptStep('schemas', ['registry'], 'infra/registry/main.js'),
  scriptStep('migrations', ['clickhouse'], 'infra/clickhouse/main.js'),
];

/** A step that runs a compiled script with the services' settings; its last line of output is the detail. */
export function scriptStep(name: string, needs: readonly PartName[], script: string): SetUpStep {
  return {
    name,
    needs,
    run: async (context) => {
      const env = { ...context.env, ...serviceEnvironment(context.addresses) };
      const options = { env, cwd: context.projectRoot, maxBuffer: 16 * 1024 * 1024 };
      try {
        const { stdout } = await promisify(execFile)(process.execPath, [join(context.distDir, script)], options);
        return stdout.trimEnd().split('\n').at(-1) ?? '';
      } catch (error) {
        // The first line only repeats the command.
        const [summary, ...lines] = errorMessage(error).trimEnd().split('\n');
        throw new StackFault(
          `The set-up step "${name}" failed:`,
          lines.length > 0 ? lines.slice(-15) : [summary ?? ''],
        );
      }
    },
  };
}
