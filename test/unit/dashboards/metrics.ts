import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What every process of Node tells: prom-client's own. */
const ofNode = /^(process|nodejs)_\w+$/;

/** Names of metrics that the services' sources register, as texts in them. */
export function metricsOf(root: string): ReadonlySet<string> {
  const folder = join(root, 'services');
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.ts'));
  const text = files.map((file) => readFileSync(join(folder, file), 'utf8')).join('\n');
  return new Set([...text.matchAll(/'((?:ingest|enrich|sessionize|load)_[a-z_]+)'/g)].map(([, name]) => name!));
}

/** Metrics that a PromQL expression names: words that are no function, keyword or label. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  return [...new Set([...bare.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g)].map(([name]) => name))];
}

/** Those of them that no source registers. */
export const unknownMetrics = (expr: string, known: ReadonlySet<string>): string[] =>
  metricsIn(expr).filter(
    (name) => !ofNode.test(name) && !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')),
  );
