/**
 * kafkajs, with the corrections of `aborted-transactions.ts`, `fair-fetches.ts` and `kept-commits.ts` and the encoder and decoder
 * of `lean-protocol.ts`, which must be in place before it is loaded. The one place that imports it (a lint rule says so):
 * the seam behind which another client could stand.
 */
import './aborted-transactions';
import './fair-fetches';
import './kept-commits';
import './lean-protocol';

export * from 'kafkajs';
