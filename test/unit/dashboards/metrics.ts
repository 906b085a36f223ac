/** What every process of Node tells: prom-client's own. */
const ofNode = /^(process|nodejs)_\w+$/;

/** Metrics that a PromQL expression names: words that are no function, keyword or label. */
export function metricsIn(expr: string): string[] {
  const bare = expr
    .replace(/\{[^}]*\}|\[[^\]]*\]|"[^"]*"/g, '')
    .replace(/\b(by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g, '');
  return [...new Set([...bare.matchAll(/\b[a-z]\w*_\w+\b(?!\s*\()/g)].map(([name]) => name))];
}

/** Those of them that no service registers. */
export const unknownMetrics = (expr: string, known: ReadonlySet<string>): string[] =>
  metricsIn(expr).filter(
    (name) => !ofNode.test(name) && !known.has(name) && !known.has(name.replace(/_(bucket|sum|count)$/, '')),
  );
