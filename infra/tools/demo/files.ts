import { join } from 'node:path';

/** Where a stack keeps the demo's input, its truth, and notes of how far it came; `clean-data` forgets all but the input. */
export const demoFiles = (stackDir: string) => ({
  folder: join(stackDir, 'demo'),
  events: join(stackDir, 'demo', 'events.ndjson'),
  truth: join(stackDir, 'demo', 'truth.json'),
  settings: join(stackDir, 'demo', 'settings.json'),
  simulated: join(stackDir, 'demo', 'simulated.json'),
  begun: join(stackDir, 'data', 'demo-begun.json'),
  loaded: join(stackDir, 'data', 'demo-loaded.json'),
});
