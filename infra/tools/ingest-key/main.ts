/** `make ingest-key ID=shop-2026 SOURCES=events,web`: a new key for a sender, and its entry for the access file. */
import { createHash, randomBytes } from 'node:crypto';

/** A key of 256 random bits and what the access file may know of it; throws with what is wrong with the request. */
export function newKey({ ID = '', SOURCES = '*' }: Record<string, string | undefined>) {
  if (!/^[A-Za-z0-9_.-]{1,64}$/.test(ID)) {
    throw new Error('name it: make ingest-key ID=shop-2026 [SOURCES=events,web] (letters, digits, dots, dashes)');
  }
  const key = `cdk_${randomBytes(32).toString('base64url')}`;
  const sha256 = createHash('sha256').update(key).digest('hex');
  return { key, entry: { id: ID, sha256, sources: SOURCES.split(',').map((it) => it.trim()) } };
}

if (require.main === module) {
  try {
    const { key, entry } = newKey(process.env);
    console.log(`The key, for the sender; it is shown this once:\n\n  ${key}\n`);
    console.log(`Its entry under "keys" in the access file (INGEST_ACCESS_FILE):\n\n  ${JSON.stringify(entry)}\n`);
  } catch (error) {
    console.error(`ingest-key: ${(error as Error).message}`);
    process.exit(1);
  }
}
