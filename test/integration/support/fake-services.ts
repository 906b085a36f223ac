import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** Listens on PORT, answers 200 to everything with its own environment, ends at SIGTERM. */
const healthy = `
const http = require('node:http');
const server = http.createServer((request, response) => response.end(JSON.stringify(process.env)));
server.listen(Number(process.env.PORT), process.env.HOST, () => console.log('listening'));
process.on('SIGTERM', () => process.exit(0));
`;

/** Ends at once with code 3 when FAKE_FAULT is set; is as healthy as the others without it. */
const faulty = `if (process.env.FAKE_FAULT) { console.error(process.env.FAKE_FAULT); process.exit(3); }${healthy}`;

/** Writes a folder like dist whose ClickHouse front and services are a few lines each: the supervisor is what is tested. */
export function writeFakeDist(distDir: string): void {
  const scripts = {
    'infra/local/clickhouse/main.js': healthy,
    'services/ingest/main.js': healthy,
    'services/enrich/main.js': healthy,
    'services/sessionize/main.js': healthy,
    'services/load/main.js': faulty,
    'infra/kafka/main.js': "console.log('made')",
    'infra/clickhouse/main.js': "console.log('made')",
  };
  for (const [script, text] of Object.entries(scripts)) {
    mkdirSync(dirname(join(distDir, script)), { recursive: true });
    writeFileSync(join(distDir, script), text);
  }
}
