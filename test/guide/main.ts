/**
 * Part of `make docs`: writes the answers into `docs/analyst-guide.md`, from an engine of its own that holds the demo's
 * data.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { onThrowAwayEngine } from '../../infra/tools/docs/throw-away-engine';
import { simulate } from '../simulator/simulate';
import { loadDemoTables } from './demo-tables';
import { withAnswers } from './guide';

const portOffset = 7_200;
const file = resolve('docs/analyst-guide.md');

onThrowAwayEngine('.local/guide', portOffset, async (client) => {
  await loadDemoTables(client, simulate());
  writeFileSync(file, await withAnswers(client, readFileSync(file, 'utf8')));
});
