// Owns: the committed cluster metadata, its log and snapshots in Kafka's formats, and every change to it.
// In: a parsed server.properties, directories, the clock; requests to create, alter and delete.
// Out: an image to read from, deltas to listeners, ItemFailure or KafkaError in Kafka's words.
export { matchesAcl, WILDCARD_RESOURCE } from './acls.ts';
export { type BrokerConfigs, brokerConfigs } from './configs/broker.ts';
export { topicConfigs } from './configs/topic.ts';
export * from './features.ts';
export { type FormatOptions, formatLogDirectory, initialBootstrap, standaloneQuorum } from './format.ts';
export { type ListenerEndpoint, SECURITY_PROTOCOLS, type SecurityProtocol } from './listeners.ts';
export { type PreparedLogDirectories, type PrepareOptions, prepareLogDirectories } from './log-directories.ts';
export {
  type LogDirectories,
  type MetaProperties,
  metaPropertiesPath,
  metaPropertiesText,
  readLogDirectories,
  verifyLogDirectories,
} from './meta-properties.ts';
export { type MetadataRecord, record } from './metadata-records.ts';
export { type Cluster, type OpenClusterOptions, openCluster } from './open-cluster.ts';
export {
  brokerListeners,
  controllerListeners,
  effectiveDurationMs,
  type ProcessRole,
  parseServerConfig,
  type ServerConfig,
} from './server-config.ts';
export { connectionOverrides } from './server-config-checks.ts';
export type { KRaftQuorum } from './snapshot-file.ts';
export * from './topic-names.ts';
export type * from './types.ts';
