/** Where a backup lies, as ClickHouse takes it in `BACKUP … TO` and `RESTORE … FROM`. */
export type BackupPlace = string;

const engines = /^(File|Disk|S3|AzureBlobStorage)\s*\(.*\)$/s;

/**
 * Reads what a person gave as TO or FROM: a name or path, which is a folder on the server (`File('…')`; a relative one
 * lies below its first `backups.allowed_path`), or one of the server's own, such as `Disk('backups', 'monday')` or
 * `S3('https://…', 'key', 'secret')`, which is passed on as it is. Throws with what is missing or wrong.
 */
export function backupPlace(setting: 'TO' | 'FROM' | 'BASE', text: string | undefined): BackupPlace {
  const given = text?.trim() ?? '';
  if (given === '') throw new Error(`name the backup: ${setting}=monday, or ${setting}="Disk('backups', 'monday')"`);
  if (engines.test(given)) return given;
  if (/[();]/.test(given)) {
    throw new Error(`${setting}=${given} is neither a name nor File(…), Disk(…), S3(…) or AzureBlobStorage(…)`);
  }
  return `File('${given.replace(/[\\']/g, '\\$&')}')`;
}

/** The place as it may be shown: words in quotes behind the first are keys and secrets. */
export const shownPlace = (place: BackupPlace): string =>
  place.startsWith('S3') || place.startsWith('Azure') ? place.replace(/,.*\)$/s, ', …)') : place;
