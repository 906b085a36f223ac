import { describe } from '@jest/globals';
import { intercom } from '../../../../services/ingest/sources/intercom';
import { testSource } from './source-cases';

describe('intercom', () => {
  testSource(intercom, 'intercom.json');
});
