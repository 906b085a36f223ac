import { describe } from '@jest/globals';
import { amazonConnect, amazonConnectLive } from '../../../../services/ingest/sources/amazon-connect';
import { testSource } from './source-cases';

describe('amazon-connect', () => {
  testSource(amazonConnect, 'amazon-connect.json');
});

describe('amazon-connect-live', () => {
  testSource(amazonConnectLive, 'amazon-connect-live.json');
});
