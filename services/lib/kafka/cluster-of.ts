import type { Kafka } from './kafkajs';

const InstrumentationEmitter = require('kafkajs/src/instrumentation/emitter') as new () => object;
const readCommitted = 1;

/** kafkajs' own view of the brokers, which its public face hides: for requests that it has no words for. */
export function clusterOf<Cluster>(kafka: Kafka): Cluster {
  const create = Object.getOwnPropertySymbols(kafka).find(
    (symbol) => symbol.description === 'private:Kafka:createCluster',
  );
  if (!create) throw new Error('kafkajs has changed: it no longer makes clusters as version 2.2.4 does');
  return (kafka as unknown as Record<symbol, (options: object) => Cluster>)[create]({
    metadataMaxAge: 300_000,
    allowAutoTopicCreation: false,
    isolationLevel: readCommitted,
    instrumentationEmitter: new InstrumentationEmitter(),
  });
}
