import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';

export interface Rule {
  alert?: string;
  record?: string;
  expr: string;
  for?: string;
  labels?: Record<string, string>;
  annotations?: Record<string, string>;
}

interface RuleFile {
  groups: { name: string; rules: Rule[] }[];
}

export interface RuleTest {
  name: string;
  promql_expr_test?: { expr: string; exp_samples?: { labels: string }[] }[];
  alert_rule_test?: { alertname: string; exp_alerts?: unknown[] }[];
}

const filesIn = (folder: string, ending: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));

/** The rules of `infra/prometheus`, or of another folder like it. */
export const rulesIn = (folder: string): Rule[] =>
  filesIn(folder, '.rules.yaml').flatMap((file) =>
    (parse(readFileSync(file, 'utf8')) as RuleFile).groups.flatMap(({ rules }) => rules),
  );

export const ruleTestsIn = (folder: string): RuleTest[] =>
  filesIn(folder, '.yml').flatMap((file) => (parse(readFileSync(file, 'utf8')) as { tests: RuleTest[] }).tests);

const words = new Set('and or unless by without on ignoring group_left group_right bool offset'.split(' '));

/**
 * Names of series in an expression of PromQL: what is neither in a text, in braces or in a list of labels, nor a function,
 * a keyword or a duration. Rough, and enough for expressions without `@`.
 */
export function seriesIn(expr: string): string[] {
  const bare = expr
    .replace(/"(?:[^"\\]|\\.)*"/g, '""')
    .replace(/\{[^}]*\}/g, '')
    .replace(/\b(by|without|on|ignoring)\s*\([^)]*\)/g, ' ')
    .replace(/\[[^\]]*\]/g, '');
  const names = [...bare.matchAll(/(?<![\w:.])([a-z_][\w:]*)(?!\s*\()(?![\w:])/gi)].map(([, name]) => name);
  return [...new Set(names.filter((name) => !words.has(name)))];
}

/** The metric that a series belongs to: a histogram has three. */
export const metricOf = (series: string): string => series.replace(/_(bucket|count|sum)$/, '');
