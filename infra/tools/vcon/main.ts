/** `make vcon CONTACT=… | SESSION=… [CUSTOMER=…] [SYSTEM=…] [FILE=…]`: one conversation as an IETF vCon. */
import { writeFileSync } from 'node:fs';
import { toolSettings } from '../settings';
import { conversation, requestOf } from './query';
import { vconOf } from './vcon';

async function main(): Promise<void> {
  const request = requestOf(process.env);
  const settings = toolSettings(process.env);
  try {
    const { key, events } = await conversation(settings.clickhouse, request);
    const text = `${JSON.stringify(vconOf(events, key, Date.now()), null, 2)}\n`;
    if (!process.env.FILE) process.stdout.write(text);
    else {
      writeFileSync(process.env.FILE, text);
      console.log(`${process.env.FILE}: ${events.length} events`);
    }
  } finally {
    await settings.clickhouse.close();
  }
}

if (require.main === module) {
  main().catch((error) => {
    console.error(`vcon: ${(error as Error).message}`);
    process.exit(1);
  });
}
