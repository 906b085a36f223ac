import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Highest resident size (MB) of each process of a stack so far, as the kernel kept it (VmHWM). */
export function peakMemory(stackDir: string): Record<string, number> {
  const peaks: Record<string, number> = {};
  for (const file of readdirSync(stackDir).filter((name) => name.endsWith('.pid'))) {
    const pid = Number.parseInt(/\d+/.exec(readFileSync(join(stackDir, file), 'utf8'))?.[0] ?? '', 10);
    try {
      const status = readFileSync(`/proc/${pid}/status`, 'utf8');
      peaks[file.replace('.pid', '')] = Math.round(Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024);
    } catch {
      peaks[file.replace('.pid', '')] = Number.NaN;
    }
  }
  return peaks;
}
