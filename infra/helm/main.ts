/** `make chart`: the whole chart in a folder, ready for helm install, lint or package. */
import { buildChart } from './build';

const [, , target = '.local/chart'] = process.argv;
console.log(`the chart is in ${buildChart(process.cwd(), target)}`);
