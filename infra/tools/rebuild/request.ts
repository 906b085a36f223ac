import { type Rollup, rollupNamed } from './rollups';
import type { Scope } from './statements';

export interface RebuildRequest {
  rollup: Rollup;
  scope: Scope;
  dryRun: boolean;
}

const usage = 'make rebuild VIEW=volume_trends FROM=2026-11-01 TO=2026-11-08 [DRY_RUN=1]';

/** Reads what is asked for; throws with what is missing or wrong. Times without a zone are UTC; TO is excluded. */
export function requestOf({ VIEW, FROM, TO, DRY_RUN }: Record<string, string | undefined>): RebuildRequest {
  if (!VIEW) throw new Error(`name the roll-up: ${usage} (VIEW is missing)`);
  const rollup = rollupNamed(VIEW);
  const time = (name: string, text: string | undefined): number => {
    if (!text) throw new Error(`name the range: ${usage} (${name} is missing)`);
    const zoned = /(?:Z|[+-]\d{2}:?\d{2})$/.test(text) || /^\d{4}-\d{2}-\d{2}$/.test(text) ? text : `${text}Z`;
    const at = Date.parse(zoned.replace(' ', 'T'));
    if (Number.isNaN(at))
      throw new Error(`${name}=${text} is no time: give ISO 8601, e.g. 2026-11-01 or 2026-11-01T12:15Z`);
    if (at % rollup.bucket_ms !== 0) {
      throw new Error(
        `${name}=${text} lies within a bucket: ${rollup.table} has ${rollup.bucket_ms / 60_000} minutes each`,
      );
    }
    return at;
  };
  const [from, to] = [time('FROM', FROM), time('TO', TO)];
  if (from >= to) throw new Error(`FROM=${FROM} is not before TO=${TO}`);
  if (DRY_RUN && !['0', '1'].includes(DRY_RUN)) throw new Error(`DRY_RUN=${DRY_RUN} must be 0 or 1`);
  return { rollup, scope: { from, to }, dryRun: DRY_RUN === '1' };
}

/**
 * Since when a roll-up's base table has all its rows, epoch ms: a TTL deletes older ones, whenever parts are merged.
 * undefined where there is no TTL. `created` is the base table's CREATE statement as the engine writes it.
 */
export function keptSince(rollup: Rollup, created: string, now: number): { since: number; days: number } | undefined {
  const declared = created.slice(created.lastIndexOf(' ORDER BY '));
  const days = Number(/ TTL [^']*? \+ toIntervalDay\((\d+)\)/.exec(declared)?.[1] ?? 0);
  if (days === 0) return undefined;
  // A day for rows that go before the moment; a week for legs, which may end in a later bucket than they arrive in.
  const margin = (rollup.latest === rollup.earliest ? 1 : 8) * 86_400_000;
  return { since: now - days * 86_400_000 + margin, days };
}

/** Throws when the range reaches to where base rows are gone: the sums, which outlive them, would lose them too. */
export function refuseDeleted(
  { rollup, scope }: Pick<RebuildRequest, 'rollup' | 'scope'>,
  created: string,
  now: number,
): void {
  const kept = keptSince(rollup, created, now);
  if (!kept || scope.from >= kept.since) return;
  throw new Error(
    `FROM is before ${new Date(kept.since).toISOString()}: ${rollup.base} keeps ${kept.days} days (${rollup.ttl}), and what is ` +
      'gone from it would go from the sums too',
  );
}
