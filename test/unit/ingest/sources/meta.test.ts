import { describe } from '@jest/globals';
import { meta } from '../../../../services/ingest/sources/meta';
import { testSource } from './source-cases';

describe('meta', () => {
  testSource(meta, 'meta.json');
});
