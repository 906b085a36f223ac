import type { PartName } from './addresses';

/** What happens while a stack is started or stopped, as it happens. */
export type Progress =
  | { kind: 'note'; text: string }
  | { kind: 'already_running'; part: PartName; pid: number }
  | { kind: 'waiting'; part: PartName; seconds: number }
  | { kind: 'ready'; part: PartName; seconds: number; address: string; pid: number }
  | { kind: 'set_up'; step: string; seconds: number; detail: string }
  | { kind: 'stopped'; part: PartName; seconds: number; killed: boolean }
  | { kind: 'had_died'; part: PartName; pid: number };

export type OnProgress = (progress: Progress) => void;

/** One line for a terminal or a log. */
export function formatProgress(progress: Progress): string {
  switch (progress.kind) {
    case 'note':
      return `  ${progress.text}`;
    case 'already_running':
      return line(progress.part, `runs already (process ${progress.pid})`);
    case 'waiting':
      return line(progress.part, `not ready yet after ${progress.seconds.toFixed(0)} s`);
    case 'ready':
      return line(progress.part, `ready after ${duration(progress.seconds)}   ${progress.address}`);
    case 'set_up':
      return line(progress.step, `done in ${duration(progress.seconds)}     ${progress.detail}`.trimEnd());
    case 'stopped':
      return line(
        progress.part,
        `stopped in ${duration(progress.seconds)}${progress.killed ? ' (did not end by itself: killed)' : ''}`,
      );
    case 'had_died':
      return line(progress.part, `had ended by itself (process ${progress.pid}): see its log`);
  }
}

const line = (name: string, text: string) => `  ${name.padEnd(11)} ${text}`;
const duration = (seconds: number) => `${seconds.toFixed(1).padStart(5)} s`;
