import { rmSync } from 'node:fs';
import { resolve } from 'node:path';
import { cleanData, formatProgress, type PartName, type Stack, startStack, stopStack } from '../../infra/local/stack';

/** Runs `work` on an empty stack of its own (all parts by default), which is stopped afterwards whatever became of it. */
export async function onOwnStack<T>(
  name: string,
  portOffset: number,
  work: (stack: Stack) => Promise<T>,
  parts?: readonly PartName[],
): Promise<T> {
  const dir = resolve('.local', name);
  await stopStack({ dir });
  await cleanData(dir);
  rmSync(resolve(dir, 'replay'), { recursive: true, force: true });
  const stack = await startStack({
    dir,
    portOffset,
    parts,
    env: process.env,
    onProgress: (progress) => console.error(formatProgress(progress)),
  });
  try {
    return await work(stack);
  } finally {
    await stopStack({ dir });
  }
}
