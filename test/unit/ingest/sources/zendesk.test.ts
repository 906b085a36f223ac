import { describe } from '@jest/globals';
import { zendesk } from '../../../../services/ingest/sources/zendesk';
import { testSource } from './source-cases';

describe('zendesk', () => {
  testSource(zendesk, 'zendesk.json');
});
