// Owns: the committed cluster metadata, its log and snapshots in Kafka's formats (metadata-log/), every change to it (decisions/),
// the tables of configs (configs/), and what a node is by its server.properties and directories (node/).
// In: a parsed server.properties, directories, the clock; requests to create, alter and delete.
// Out: an image to read from, deltas to listeners, ItemFailure or KafkaError in Kafka's words.

export { type BrokerConfigs, brokerConfigs } from './configs/broker.ts';
export { topicConfigs } from './configs/topic.ts';
export { matchesAcl, WILDCARD_RESOURCE } from './decisions/acls.ts';
export * from './features.ts';
export { type MetadataRecord, record } from './metadata-log/metadata-records.ts';
export type { KRaftQuorum } from './metadata-log/snapshot-file.ts';
export { type FormatOptions, formatLogDirectory, initialBootstrap, standaloneQuorum } from './node/format.ts';
export { type ListenerEndpoint, SECURITY_PROTOCOLS, type SecurityProtocol } from './node/listeners.ts';
export { type PreparedLogDirectories, type PrepareOptions, prepareLogDirectories } from './node/log-directories.ts';
export {
  type LogDirectories,
  type MetaProperties,
  metaPropertiesPath,
  metaPropertiesText,
  readLogDirectories,
  verifyLogDirectories,
} from './node/meta-properties.ts';
export {
  brokerListeners,
  controllerListeners,
  effectiveDurationMs,
  type ProcessRole,
  parseServerConfig,
  type ServerConfig,
} from './node/server-config.ts';
export { connectionOverrides } from './node/server-config-checks.ts';
export { type Cluster, type OpenClusterOptions, openCluster } from './open-cluster.ts';
export * from './topic-names.ts';
export type * from './types.ts';
