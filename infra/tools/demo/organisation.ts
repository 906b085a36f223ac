import type { ClickHouseClient } from '@clickhouse/client';

/** Rows by table of what an organisation tells of itself: who is planned to do what, when it is open. Times in epoch ms. */
export type OrganisationSettings = Record<string, readonly object[]>;

/** Fills the tables that are empty; what somebody has put there stays. */
export async function tellOrganisation(clickhouse: ClickHouseClient, settings: OrganisationSettings): Promise<void> {
  for (const [table, values] of Object.entries(settings)) {
    const result = await clickhouse.query({ query: `SELECT count() AS rows FROM ${table}`, format: 'JSONEachRow' });
    const [{ rows }] = await result.json<{ rows: string | number }>();
    if (Number(rows) === 0 && values.length > 0) {
      await clickhouse.insert({ table, values, format: 'JSONEachRow' });
    }
  }
}
