// Owns: the committed cluster metadata, its log and snapshots in Kafka's formats, and every change to it.
// In: a parsed server.properties, directories, the clock; requests to create, alter and delete.
// Out: an image to read from, deltas to listeners, ItemFailure or KafkaError in Kafka's words.
export { isInternalTopic, topicNameFault } from './topic-names.ts';
export type {
  BrokerImage,
  ClusterMetadata,
  ConfigAlteration,
  ConfigEntry,
  ConfigResource,
  ConfigSynonym,
  Controller,
  EndpointImage,
  ItemFailure,
  MetadataDelta,
  NewTopic,
  PartitionImage,
  TopicChange,
  TopicImage,
} from './types.ts';
