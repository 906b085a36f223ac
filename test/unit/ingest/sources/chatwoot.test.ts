import { describe } from '@jest/globals';
import { chatwoot } from '../../../../services/ingest/sources/chatwoot';
import { testSource } from './source-cases';

describe('chatwoot', () => {
  testSource(chatwoot, 'chatwoot.json');
});
