/**
 * How far partitions carry when customers are unequal: `node dist/test/bench/skew/main.js`; settings CUSTOMERS, EXPONENTS,
 * PARTITIONS (lists), SEEDS, PER_CORE (events/s of one core: sessionize on live traffic).
 */
import { limitOf, type Skew, skewOf } from './skew';

const { CUSTOMERS = '1000000', EXPONENTS = '0,0.5,0.8,1,1.2', PARTITIONS = '24,96,384', SEEDS = '3' } = process.env;
const perCore = Number(process.env.PER_CORE ?? 42_000);
const list = (text: string): number[] => text.split(',').map(Number);

console.log(
  `${Number(CUSTOMERS).toLocaleString('en')} customers, medians of ${SEEDS} sets of ids; ${perCore} events/s a core\n`,
);
console.log(
  '| exponent | busiest customer | partitions | busiest partition / mean | p95 / mean | events/s until one core is full | of even |',
);
console.log('|---|---|---|---|---|---|---|');
for (const exponent of list(EXPONENTS)) {
  for (const partitions of list(PARTITIONS)) {
    const runs = Array.from({ length: Number(SEEDS) }, (_, seed) =>
      skewOf({ customers: Number(CUSTOMERS), exponent, partitions, seed }),
    ).sort((a, b) => a.topPartition - b.topPartition);
    const median = runs[Math.floor(runs.length / 2)] as Skew;
    const limit = limitOf(median, perCore);
    const cells = [
      String(exponent),
      `${(100 * median.topCustomer).toPrecision(2)} %`,
      String(partitions),
      median.overMean.toFixed(2),
      median.p95OverMean.toFixed(2),
      Math.round(limit / 1_000) * 1_000,
      `${Math.round((100 * limit) / (perCore * partitions))} %`,
    ];
    console.log(`| ${cells.map((cell) => cell.toLocaleString('en')).join(' | ')} |`);
  }
}
