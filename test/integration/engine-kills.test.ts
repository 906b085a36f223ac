import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { type BlockKind, EngineKills } from '../support/engine-kills/engine-kills';
import { hasCompiler } from '../support/engine-kills/shim';
import { temporaryDataDir } from './support/clickhouse-front';

/**
 * The short form of `test/chaos/engine.ts`, which kills at every operation: here at those where a block without the
 * repair is lost, the rename of a part into each table. Needs a C compiler.
 */
(hasCompiler() ? describe : describe.skip)('the engine killed in the middle of an insert', () => {
  const folder = temporaryDataDir();
  let kills: EngineKills;

  beforeAll(async () => {
    kills = await EngineKills.open(folder.path);
  }, 360_000);

  afterAll(async () => {
    await kills?.close();
    folder.remove();
  });

  test.each<{ kind: BlockKind; leastParts: number }>([
    { kind: 'interactions', leastParts: 2 },
    { kind: 'sessions', leastParts: 4 },
  ])(
    'no row of $kind is lost or counted twice after the repair',
    async ({ kind, leastParts }) => {
      const parts = new Set<string>();
      for (let number = 1, operation: string | undefined = ''; operation !== undefined; number++) {
        const kill = await kills.kill(kind, number, true);
        expect(kill).toMatchObject({ differences: [] });
        operation = kill.operation;
        if (operation) parts.add(operation);
      }
      expect(parts.size).toBeGreaterThanOrEqual(leastParts);
    },
    360_000,
  );
});
