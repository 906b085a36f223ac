import { resolve } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from '@jest/globals';
import { buildTracker } from '../../../infra/tools/tracker/build';
import { trackerScript } from '../../../services/ingest/tracker-script';

test('the script that ingest serves is what tracker/ says: else run `make generate`', async () => {
  expect(trackerScript).toBe(await buildTracker(resolve(__dirname, '../../..')));
});

test('under 4 kB as it goes over the wire', () => {
  expect(gzipSync(trackerScript, { level: 9 }).length).toBeLessThan(4_000);
});

test('nothing in it looks at what could tell a browser from others', () => {
  const telling =
    /userAgent|platform|plugins|languages?\b|hardwareConcurrency|deviceMemory|screen\b|devicePixelRatio|canvas|WebGL|AudioContext|getTimezoneOffset|Intl\b|cookie|connection|getBattery/;
  expect(trackerScript).not.toMatch(telling);
});
