import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BlockKind, EngineKills } from '../support/engine-kills/engine-kills';
import { hasCompiler } from '../support/engine-kills/shim';
import { temporaryDataDir } from './support/clickhouse-front';

/**
 * The short form of `test/chaos/engine.ts`, which kills at every operation: here at those where a block without the
 * repair is lost (a part's rename), for each table of a block, and just before. Needs a C compiler.
 */
(hasCompiler() ? describe : describe.skip)('the engine killed in the middle of an insert', () => {
  const folder = temporaryDataDir();
  let kills: EngineKills;

  beforeAll(async () => {
    kills = await EngineKills.open(folder.path);
  }, 120_000);

  afterAll(async () => {
    await kills?.close();
    folder.remove();
  });

  test.each<{ kind: BlockKind }>([{ kind: 'interactions' }, { kind: 'sessions' }])(
    'no row of $kind is lost or counted twice after the repair',
    async ({ kind }) => {
      const operations = await kills.operationsOf(kind);
      const renames = operations.flatMap((name, index) => (/^rename\S* .*tmp_insert/.test(name) ? [index + 1] : []));
      expect(renames.length).toBeGreaterThanOrEqual(kind === 'interactions' ? 2 : 5);
      // The token is written just before the last of them.
      const chosen = [...renames, (renames.at(-1) as number) - 1];
      for (const operation of chosen) {
        expect(await kills.kill(kind, operation)).toEqual({ operation: operations[operation - 1], differences: [] });
      }
    },
    120_000,
  );
});
