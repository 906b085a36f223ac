import { describe } from '@jest/globals';
import { vcon } from '../../../../services/ingest/sources/vcon';
import { testSource } from './source-cases';

describe('vcon', () => {
  testSource(vcon, 'vcon.json');
});
