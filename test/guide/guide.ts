import type { ClickHouseClient } from '@clickhouse/client';
import { table } from '../../infra/tools/report/render';

/** A query of the guide, with the heading that it stands under. */
export interface Question {
  title: string;
  sql: string;
}

const question = /^### (\d+\. .+)$|^```sql\n([\s\S]*?)\n```\n(?:\n```text\n[\s\S]*?\n```\n)?/gm;

/** The questions of a guide, in order: each `### N. …` with its block of SQL. Throws where one has none, or two. */
export function questionsOf(guide: string): Question[] {
  const questions: Question[] = [];
  let title: string | undefined;
  for (const [, heading, sql] of guide.matchAll(question)) {
    if (heading !== undefined) {
      if (title !== undefined) throw new Error(`question ${title} has no SQL`);
      title = heading;
    } else {
      if (title === undefined) throw new Error(`SQL that belongs to no question: ${sql}`);
      questions.push({ title, sql: sql! });
      title = undefined;
    }
  }
  if (title !== undefined) throw new Error(`question ${title} has no SQL`);
  questions.forEach((one, index) => {
    if (!one.title.startsWith(`${index + 1}. `)) throw new Error(`question ${index + 1} is numbered ${one.title}`);
  });
  return questions;
}

/** The guide with the answer of each query behind it, in place of an older one. */
export async function withAnswers(client: ClickHouseClient, guide: string): Promise<string> {
  const answers = new Map<string, string>();
  for (const { title, sql } of questionsOf(guide)) {
    try {
      answers.set(sql, await answer(client, sql));
    } catch (error) {
      throw new Error(`question ${title}: ${(error as Error).message}`, { cause: error });
    }
  }
  return guide.replace(question, (whole, heading: string | undefined, sql: string) =>
    heading === undefined ? `\`\`\`sql\n${sql}\n\`\`\`\n\n\`\`\`text\n${answers.get(sql)}\n\`\`\`\n` : whole,
  );
}

type Cell = string | number | boolean | null;

/** What a query says, as aligned columns: text to the left, numbers to the right, NULL as the engine writes it. */
export async function answer(client: ClickHouseClient, sql: string): Promise<string> {
  const result = await client.query({
    query: sql,
    format: 'JSONCompact',
    clickhouse_settings: { output_format_json_quote_64bit_integers: 0 },
  });
  const { meta, data } = await result.json<Cell[]>();
  const columns = meta ?? [];
  const textual = columns.flatMap(({ type }, index) => (/Int|Float|Decimal/.test(type) ? [] : [index]));
  const body = data.map((row) => row.map((cell) => (cell === null ? 'NULL' : String(cell))));
  return table(
    columns.map(({ name }) => name),
    body,
    textual,
  );
}
