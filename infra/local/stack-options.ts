import type { PartName } from './addresses';
import type { KafkaExtras, PartContext } from './part';
import type { OnProgress } from './progress';
import type { Environment } from './requirements';
import type { SetUpStep } from './setup-steps';

export interface StackOptions {
  /** The stack's own folder: pid files, logs, data. Two stacks never share one. */
  dir: string;
  /** Added to every port; from 0 to 23000 they stay below the ports that systems give to outgoing connections. */
  portOffset: number;
  /** Which parts to start; all of them when left out. */
  parts?: readonly PartName[];
  /** What the parts inherit; PATH and JAVA_HOME are looked up here too. */
  env: Environment;
  /** Settings for single parts, e.g. `{ sessionize: { SESSION_GAP_MS: '1000' } }`. */
  partEnv?: PartContext['partEnv'];
  kafka?: KafkaExtras;
  /** Folder of the compiled services; `dist` in the project's root when left out. */
  distDir?: string;
  /** Instead of the list in setup-steps.ts. */
  setUpSteps?: readonly SetUpStep[];
  onProgress?: OnProgress;
  /** Aborting gives up a start: what it had started is stopped again. */
  signal?: AbortSignal;
}
