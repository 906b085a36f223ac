/**
 * The embedded engine killed at every file operation of an insert with its views: once for a block of events, once for
 * one of sessions. After each kill it starts again, with the repair, the block is repeated, and every table must hold
 * what those of a database beside it hold, which nothing has disturbed. FROM=n goes on at an operation. Needs `cc`.
 */
import { errorMessage } from '../../infra/local/faults';
import { temporaryDataDir } from '../integration/support/clickhouse-front';
import { type BlockKind, EngineKills } from '../support/engine-kills/engine-kills';
import { hasCompiler } from '../support/engine-kills/shim';

async function main(): Promise<void> {
  if (!hasCompiler()) throw new Error('there is no C compiler (cc) to make the shim with');
  const wrong: string[] = [];
  for (const kind of ['interactions', 'sessions'] as const) wrong.push(...(await everyOperation(kind)));
  for (const line of wrong) console.log(`  ${line}`);
  console.log(wrong.length === 0 ? 'no row lost or counted twice' : `DIFFERENT after ${wrong.length} kills`);
  process.exitCode = wrong.length === 0 ? 0 : 1;
}

/** Answers what went wrong; after a fault it goes on in a new directory. */
async function everyOperation(kind: BlockKind): Promise<string[]> {
  const wrong: string[] = [];
  let folder = temporaryDataDir();
  let kills = await EngineKills.open(folder.path);
  const renew = async (): Promise<void> => {
    await kills.close();
    folder.remove();
    folder = temporaryDataDir();
    kills = await EngineKills.open(folder.path);
  };
  try {
    const counted = await kills.operationsOf(kind);
    console.error(`${kind}: ${counted.length} file operations`);
    let last: string | undefined = '';
    let number = Number(process.env.FROM ?? 1);
    for (; last !== undefined; number++) {
      const { operation, differences } = await kills.kill(kind, number);
      last = operation;
      if (number % 25 === 0) console.error(`${kind}: ${number} ${operation}`);
      if (differences.length === 0) continue;
      wrong.push(`${kind}, operation ${number} (${operation}): ${differences.join('; ')}`);
      console.error(wrong.at(-1));
      await renew();
    }
    console.log(`${kind}: killed at ${number - 2} file operations, ${wrong.length} with a difference`);
    return wrong;
  } finally {
    await kills.close();
    folder.remove();
  }
}

main().catch((error) => {
  console.error(`chaos: ${errorMessage(error)}`);
  process.exit(1);
});
