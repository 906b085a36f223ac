import { describe } from '@jest/globals';
import { social } from '../../../../services/ingest/sources/social';
import { testSource } from './source-cases';

describe('social', () => {
  testSource(social, 'social.json');
});
