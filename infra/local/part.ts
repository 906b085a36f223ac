import type { PartName, StackAddresses } from './addresses';
import type { Downloads } from './downloads';
import type { Environment } from './requirements';

/** What Kafka gets besides its settings here: listeners with TLS, an authorizer. Properties and flags win over those of `kafka.ts`. */
export interface KafkaExtras {
  /** Further flags of its JVM, for what runs but does not format. */
  javaFlags?: readonly string[];
  properties?: Readonly<Record<string, string>>;
  /** Names and passwords (SCRAM-SHA-512), written when the data folder is formatted. */
  scramUsers?: Readonly<Record<string, string>>;
}

/** What a part may need to know to be started. */
export interface PartContext {
  stackDir: string;
  addresses: StackAddresses;
  /** The project's root: services run in it. */
  projectRoot: string;
  /** Folder of the compiled services. */
  distDir: string;
  /** The caller's environment; a service inherits it, so that settings can be given on the command line. */
  env: Environment;
  /** Settings for single parts, above everything else. */
  partEnv: Readonly<Partial<Record<PartName, Environment>>>;
  kafka?: KafkaExtras;
  /** Answers the Java command and the downloads; throws StackFault for what is missing. */
  java(): Promise<{ command: string; downloads: Downloads }>;
}

export interface Command {
  command: string;
  args: readonly string[];
  env: Environment;
  cwd: string;
}

export interface Part {
  name: PartName;
  /** Every port the part listens on. */
  ports(addresses: StackAddresses): readonly number[];
  /** Where people and programs find it. */
  address(addresses: StackAddresses): string;
  /** How long a start may take before it counts as failed, even on a busy machine. */
  readyWithinMs: number;
  /** How long a stop may take after SIGTERM before SIGKILL. */
  stopWithinMs: number;
  /** Throws StackFault for what is missing on this machine; asked of all parts before the first is started. */
  check(context: PartContext): Promise<void>;
  /** Makes what has to be there before the first start and answers how to start the part. */
  prepare(context: PartContext): Promise<Command>;
  /** True when the part does its work, not only when its port is open. */
  isReady(addresses: StackAddresses): Promise<boolean>;
}
