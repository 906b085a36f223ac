import { describe } from '@jest/globals';
import { genesys } from '../../../../services/ingest/sources/genesys';
import { testSource } from './source-cases';

describe('genesys', () => {
  testSource(genesys, 'genesys.json');
});
