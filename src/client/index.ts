// Owns: a Kafka cluster as tools see it: connections, SASL and TLS, metadata, admin calls, producer, consumer.
// In: parsed configuration, typed requests of the message tables, a clock, a logger, an abort signal.
// Out: decoded answers; KafkaError (a broker's code), ClientError and its kinds (no answer), ConfigError (bad settings).
//
// How to use it:
//   const values = producerConfigs.parse(properties);            // configs/producer.ts; properties hold bootstrap.servers
//   const cluster = await Cluster.open({ config: values, clientId: 'console-producer', kind: 'producer', logger, clock });
//   await cluster.metadata.ensure([topic], { allowAutoTopicCreation: true });
//   const leader = cluster.metadata.leader(topic, 0);            // { node, leaderEpoch }; undefined: none just now
//   const answer = await cluster.send(produce, (version) => ({ ... }), { node: leader.node }, { timeoutMs });
//   cluster.close();
// - `send` picks the highest version both sides know, pipelines on one connection per node and never repeats a request.
//   Answers with error codes are returned; what failed without an answer is thrown: ConnectionError (not sent),
//   DisconnectError (perhaps carried out), TimeoutError, AuthenticationError and ClosedError (give up). `isRetriable(error)`
//   and `needsMetadata(error)` decide; `cluster.backoff(failures)` pauses; `metadata.markStale()` makes `ensure` ask again.
// - A broker answers one connection in order: requests that must not wait behind a long poll (heartbeats, commits beside a
//   fetch) take another lane: { node, lane: 'coordinator' }.
// - acks=0: `sendUnanswered`. Record batches go in as Buffer or Buffer[] and leave without being joined; `records` and `bytes`
//   of an answer are views on its frame.
// - `findCoordinator('group', id)` gives a node id; throws KafkaError (retriable ones included), no retries of its own.
// - Pending calls keep the process alive, an idle cluster does not; `close()` or the signal ends everything with ClosedError.
export { type Address, parseAddress, parseBootstrapServers } from './bootstrap.ts';
export {
  type ClientKind,
  Cluster,
  type ClusterOptions,
  type CoordinatorType,
  checkCode,
  type SendOptions,
  type Target,
} from './cluster.ts';
export { type Answer, type ApiVersionsResponse, Connection, type RequestOf } from './connection.ts';
export {
  AuthenticationError,
  ClientError,
  ClosedError,
  ConnectionError,
  DisconnectError,
  isRetriable,
  needsMetadata,
  TimeoutError,
  UnsupportedVersionError,
} from './errors.ts';
export { type Leader, Metadata, type MetadataAnswer, type PartitionMetadata, type TopicMetadata } from './metadata.ts';
export type { BrokerNode } from './node-link.ts';
export { refuseUnknownPlugins } from './plugin-classes.ts';
export { type AnyClientValues, type ClientSettings, exponentialBackoffMs } from './settings.ts';
