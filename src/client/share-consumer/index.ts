// Owns: reading as a member of a share group (KIP-932): heartbeats, share sessions with every leader, acknowledgements.
// In: a Cluster, a parsed consumer configuration, topics.
// Out: acquired records as a cursor over fetched bytes, each to be acknowledged; JavaError, KafkaError, ClientError when it cannot go on.

export { AcknowledgeType } from './acknowledgements.ts';
export { parseShareConsumerConfig } from './config.ts';
export { type Acknowledged, ShareConsumer, type ShareConsumerOptions } from './share-consumer.ts';
export type { ShareRecords } from './share-records.ts';
