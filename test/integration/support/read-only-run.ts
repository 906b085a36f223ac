import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';

/** As a container with a read-only root file system runs it: nothing can be written, by a user who owns nothing. */
const user = '65532:65532';

/** Whether this machine lets us make such a view of its files. */
export const canRunReadOnly =
  process.platform === 'linux' && process.getuid?.() === 0 && spawnSync('unshare', ['--mount', 'true']).status === 0;

/**
 * Every mounted file system is shown again below a folder, in a mount namespace of its own, and made read-only there;
 * the command runs in that folder as its root. What the kernel makes (/proc, /dev, /sys) stays as it is.
 */
const script = `
mount --rbind / "$0" && mount --make-rprivate "$0"
awk -v under="$0" '$5 == under || index($5, under "/") == 1 { print $5 }' /proc/self/mountinfo | while read -r place; do
  case "\${place#"$0"}" in /proc*|/dev*|/sys*) ;; *) mount -o remount,bind,ro "$place" ;; esac
done
exec chroot --userspec=${user} "$0" env -C "$@"`;

/** Starts a command in `cwd` on files that nobody can write. `place` is an empty folder to lay the view into. */
export function spawnReadOnly(
  place: string,
  cwd: string,
  command: readonly string[],
  env: Record<string, string>,
): ChildProcess {
  mkdirSync(place, { recursive: true });
  return spawn('unshare', ['--mount', 'sh', '-c', script, place, cwd, ...command], {
    env: { PATH: process.env.PATH, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}
