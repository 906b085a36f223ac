import { describe } from '@jest/globals';
import { telegram } from '../../../../services/ingest/sources/telegram';
import { testSource } from './source-cases';

describe('telegram', () => {
  testSource(telegram, 'telegram.json');
});
