/**
 * Puts our encoder and decoder of records, and what stands around them, in the place of kafkajs 2.2.4's own: the same
 * bytes and the same objects for a fraction of the time. Import after `aborted-transactions`, before kafkajs.
 *
 * Tests compare each with the module it replaces; `test/bench/kafka` measures both.
 */
import { groupMessages } from './protocol/group-messages';
import { LeanBatch } from './protocol/lean-batch';
import { answerSockets, LeanConnection } from './protocol/lean-connection';
import { decodeMessages } from './protocol/message-decoder';
import { produceRequest } from './protocol/produce-request';
import { decodeRecordBatch } from './protocol/record-batch-decoder';
import { frameRequest } from './protocol/request-frame';
import { replaceModule } from './replace-module';

replaceModule('kafkajs/src/producer/groupMessagesPerPartition', groupMessages);
replaceModule('kafkajs/src/protocol/requests/produce/v3/request', produceRequest);
replaceModule('kafkajs/src/protocol/request', frameRequest);
replaceModule('kafkajs/src/protocol/recordBatch/v0/decoder', decodeRecordBatch);
replaceModule('kafkajs/src/protocol/requests/fetch/v4/decodeMessages', decodeMessages);
replaceModule('kafkajs/src/consumer/batch', LeanBatch);
replaceModule('kafkajs/src/network/socketFactory', answerSockets);
replaceModule('kafkajs/src/network/connection', LeanConnection);
