/** `make backup TO=… [BASE=…]`: the database with the offsets that belong to it. */
import { ProgressLine, seconds } from '../replay/progress';
import { backup } from './backup';
import { backupPlace, shownPlace } from './place';
import { whileLoadRests } from './rest';
import { openSession } from './session';
import { backupSettings } from './settings';

async function main(): Promise<void> {
  const { TO, BASE } = process.env;
  const to = backupPlace('TO', TO);
  const base = BASE ? backupPlace('BASE', BASE) : undefined;
  const { address, database, groupPrefix, loadUrls, token } = backupSettings(process.env);
  const session = await openSession({ ...address, database }, 'backup');
  const progress = new ProgressLine();
  try {
    const { admin } = session;
    const done = await backup(
      {
        ...session,
        database,
        groupPrefix,
        whileLoadRests: (work) => whileLoadRests({ admin, groupPrefix, loadUrls, token }, work),
        say: (text) => progress.show(text),
      },
      to,
      base,
    );
    progress.end(
      `${shownPlace(to)} holds ${database}: ${done.tables} tables, ${done.rows} rows, ${(done.bytes / 1e6).toFixed(1)} MB; load rested ${seconds(done.rested_ms)}`,
    );
  } finally {
    await session.close();
  }
}

main().catch((error) => {
  console.error(`backup: ${(error as Error).message}`);
  process.exit(1);
});
