import { describe } from '@jest/globals';
import { segment } from '../../../../services/ingest/sources/segment';
import { snowplow } from '../../../../services/ingest/sources/snowplow';
import { testSource } from './source-cases';

describe('segment', () => {
  testSource(segment, 'segment.json');
});

describe('snowplow', () => {
  testSource(snowplow, 'snowplow.json');
});
