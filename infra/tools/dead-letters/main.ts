/** `make dead-letters [REASON=…] [SOURCE=…] [EXAMPLES=2]`: what was refused, by reason and source, with examples. */
import { toolSettings } from '../settings';
import { connect, readLetters } from './letters';
import { rendered, Summary } from './summary';

async function main(): Promise<void> {
  const { REASON, SOURCE, EXAMPLES } = process.env;
  const settings = toolSettings(process.env);
  await settings.clickhouse.close();
  const summary = new Summary(Math.min(Number(EXAMPLES || 2) || 2, 100));
  let unreadable = 0;
  const connection = await connect(settings.kafka, settings.schemaRegistryUrl);
  for await (const letters of readLetters(connection, () => unreadable++)) {
    for (const it of letters) {
      const { reason, source_system } = it.letter;
      if ((!REASON || reason === REASON) && (!SOURCE || (source_system ?? '') === SOURCE)) summary.add(it);
    }
  }
  console.log(rendered(summary.list));
  if (unreadable > 0) console.log(`${unreadable} records of the topic are no dead letters that can be read here.`);
}

main().catch((error) => {
  console.error(`dead-letters: ${(error as Error).message}`);
  process.exit(1);
});
