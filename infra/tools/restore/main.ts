/** `make restore FROM=…`, and with VERIFY=1 `make verify-backup FROM=…`, which changes nothing. */
import { backupPlace, shownPlace } from '../backup/place';
import { openSession } from '../backup/session';
import { backupSettings } from '../backup/settings';
import { ProgressLine } from '../replay/progress';
import { erasedButThere, readErasures } from './erased';
import { restore, verify } from './restore';

async function main(): Promise<void> {
  const from = backupPlace('FROM', process.env.FROM);
  const { address, database, groupPrefix, acceptLost, registryUrl, erasureKey } = backupSettings(process.env);
  const session = await openSession(address, 'restore');
  const progress = new ProgressLine();
  const say = (text: string): void => progress.show(text);
  try {
    if (process.env.VERIFY) {
      const { tables, rows } = await verify({ ...session, database, say }, from);
      progress.end(
        `${shownPlace(from)} is whole: ${tables} tables, ${rows} rows, each as it was when it was backed up`,
      );
      return;
    }
    const { taken_at, rows, behind } = await restore({ ...session, database, groupPrefix, acceptLost, say }, from);
    progress.end(
      `${database} is what it was at ${taken_at} (${rows} rows), and load goes on from there: ${behind} records are to come. Start it.`,
    );
    const erased = await readErasures(session, registryUrl, erasureKey).then(
      (erasures) => erasedButThere(session.client, database, erasures),
      (error: Error) => {
        throw new Error(`all is restored, but whether persons erased since are in it cannot be said: ${error.message}`);
      },
    );
    if (erased.length === 0) return;
    console.error(
      `${erased.length} persons who were erased since that backup are in the tables again: run \`make erase AGAIN=1\` once load has caught up.`,
    );
    process.exitCode = 1;
  } finally {
    await session.close();
  }
}

main().catch((error) => {
  console.error(`restore: ${(error as Error).message}`);
  process.exit(1);
});
