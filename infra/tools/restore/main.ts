/** `make restore FROM=…`, and with VERIFY=1 `make verify-backup FROM=…`, which changes nothing. */
import { backupPlace, shownPlace } from '../backup/place';
import { openSession } from '../backup/session';
import { backupSettings } from '../backup/settings';
import { ProgressLine } from '../replay/progress';
import { restore, verify } from './restore';

async function main(): Promise<void> {
  const from = backupPlace('FROM', process.env.FROM);
  const { address, database, groupPrefix, acceptLost } = backupSettings(process.env);
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
  } finally {
    await session.close();
  }
}

main().catch((error) => {
  console.error(`restore: ${(error as Error).message}`);
  process.exit(1);
});
