import { describe } from '@jest/globals';
import { segment } from '../../../../services/ingest/sources/segment';
import { snowplow } from '../../../../services/ingest/sources/snowplow';
import { webTracker } from '../../../../services/ingest/sources/web-tracker';
import { testSource } from './source-cases';

describe('segment', () => {
  testSource(segment, 'segment.json');
});

describe('snowplow', () => {
  testSource(snowplow, 'snowplow.json');
});

describe('web', () => {
  testSource(webTracker, 'web.json');
});
