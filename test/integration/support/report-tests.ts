import { rmSync } from 'node:fs';
import { join } from 'node:path';
import type { ClickHouseClient } from '@clickhouse/client';
import { expect, test } from '@jest/globals';
import { writeReport } from '../../../infra/tools/report/html/write';
import { projectRoot } from './build';
import { hasChromium, startChromium } from './chromium';

/** Tests of the report in a browser, on the demo's data. */
export function reportTests(client: () => ClickHouseClient): void {
  (hasChromium ? test : test.skip)(
    'the report draws its charts in a browser, light and dark, with no network',
    async () => {
      const file = join(projectRoot, '.local', `report-${process.pid}.html`);
      const browser = await startChromium();
      try {
        expect(await writeReport(client(), { from: 0, to: Date.now() }, file)).toBe(file);
        for (const colorScheme of ['light', 'dark'] as const) {
          const context = await browser.newContext({
            colorScheme,
            offline: true,
            viewport: { width: 400, height: 800 },
          });
          const page = await context.newPage();
          const faults: string[] = [];
          page.on('pageerror', ({ message }) => faults.push(message));
          page.on('request', (request) => request.url().startsWith('file:') || faults.push(request.url()));
          await page.goto(`file://${file}`);
          expect(await page.locator('.chart svg').count()).toBe(6);
          expect(await page.locator('#paths svg path').count()).toBeGreaterThan(50);
          expect(await page.locator('body').textContent()).toContain('209,255');
          // Nothing is wider than the page: it can be read on a telephone.
          expect(
            await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth'),
          ).toBe(0);
          expect(faults).toEqual([]);
          await context.close();
        }
      } finally {
        await browser.close();
        rmSync(file, { force: true });
      }
    },
    400_000,
  );
}
