import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildTracker, moduleOf, modulePath } from './build';

/** Writes the script that ingest serves at /tracker.js; a test fails while it is not what `tracker/` says. */
void buildTracker(process.cwd()).then((script) => writeFileSync(join(process.cwd(), modulePath), moduleOf(script)));
