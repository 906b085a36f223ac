import { readFileSync } from 'node:fs';
import type { Log } from '../../lib/log';
import { SettingsError } from '../../lib/settings';
import { fileVersion } from '../file-version';
import { type AccessRules, type RulesContext, readRules } from './rules';

const lookEveryMs = 5_000;

/**
 * The access file, read at the start and again when it changes, so that keys change without a restart. A new version
 * that is wrong is told and not used: the rules that hold stay. Secrets in files of their own are read anew with it.
 */
export class AccessFile {
  private seen: string;
  private readonly timer: NodeJS.Timeout;

  private constructor(
    private readonly path: string,
    readonly rules: AccessRules,
    private readonly context: Omit<RulesContext, 'readSecret'>,
    private readonly onChange: (rules: AccessRules) => void,
    private readonly log: Log,
  ) {
    this.seen = fileVersion(path);
    this.timer = setInterval(() => this.look(), lookEveryMs);
    this.timer.unref();
  }

  /** Throws SettingsError with every fault of the file. */
  static open(
    path: string,
    context: Omit<RulesContext, 'readSecret'>,
    onChange: (rules: AccessRules) => void,
    log: Log,
  ): AccessFile {
    const read = readAccessFile(path, context);
    if ('faults' in read) throw new SettingsError(read.faults.map((it) => `INGEST_ACCESS_FILE: ${it}`));
    return new AccessFile(path, read.rules, context, onChange, log);
  }

  /** Looks whether the file has changed; done by itself every 5 s. */
  look(): void {
    const now = fileVersion(this.path);
    if (now === this.seen) return;
    this.seen = now;
    const read = readAccessFile(this.path, this.context);
    if ('faults' in read) {
      this.log.error({ faults: read.faults }, 'the access file has changed and is wrong: the former rules stay');
      return;
    }
    this.onChange(read.rules);
    const { keys, signatures, certificates } = read.rules;
    const entries = [...keys, ...signatures, ...certificates].map(({ id }) => id);
    this.log.info({ entries }, 'the access file has changed: its rules hold now');
  }

  stop(): void {
    clearInterval(this.timer);
  }
}

function readAccessFile(path: string, context: Omit<RulesContext, 'readSecret'>) {
  try {
    return readRules(readFileSync(path, 'utf8'), { ...context, readSecret: (it) => readFileSync(it, 'utf8') });
  } catch (error) {
    return { faults: [`cannot be read (${(error as NodeJS.ErrnoException).code ?? 'error'})`] };
  }
}
