import { join } from 'node:path';

/** Where a stack keeps the demo's input, its truth, and the note that all of it is loaded. */
export const demoFiles = (stackDir: string) => ({
  folder: join(stackDir, 'demo'),
  events: join(stackDir, 'demo', 'events.ndjson'),
  truth: join(stackDir, 'demo', 'truth.json'),
  loaded: join(stackDir, 'demo', 'loaded.json'),
});
