/** `node dist/infra/image/main.js TARGET`: lays what the image holds into a folder; `--prune FOLDER` slims node_modules. */
import { assemble, prune, Unfit } from './assemble';

const [, , first = '', second = ''] = process.argv;
try {
  if (first === '--prune' && second !== '') {
    console.log(`${Math.round(prune(second) / 1e6)} MB of types, maps and texts taken out of ${second}`);
  } else if (first !== '' && !first.startsWith('-')) {
    console.log(`${assemble(process.cwd(), first).modules} modules laid into ${first}`);
  } else {
    console.error('Say where to: node dist/infra/image/main.js TARGET, or --prune NODE_MODULES');
    process.exitCode = 64;
  }
} catch (error) {
  if (!(error instanceof Unfit)) throw error;
  console.error(error.message);
  process.exitCode = 1;
}
