import { ConfigResourceType } from '../../../protocol/enums.ts';
import { type ErrorName, KafkaError } from '../../../protocol/errors.ts';
import { type Uuid } from '../../../protocol/primitives.ts';
import * as tables from '../../../protocol/records/cluster-metadata.ts';
import { type EffectiveConfigs } from '../effective-configs.ts';
import { type MetadataRecord, record } from '../metadata-log/metadata-records.ts';
import { RECORD_VERSIONS } from '../metadata-log/snapshot-records.ts';
import { type MetadataState } from '../metadata-state.ts';
import { collisionKey, METADATA_TOPIC, topicNameFault } from '../topic-names.ts';
import { type ChargePartitions, type ItemFailure, type NewTopic } from '../types.ts';
import { validateTopicConfigs } from './config-validation.ts';
import { isActive, NOBODY_ACTIVE, PlacementError, placeReplicas } from './replica-placement.ts';

export interface TopicContext {
  readonly state: MetadataState;
  readonly effective: EffectiveConfigs;
  readonly randomUuid: () => Uuid;
  /** A whole number from 0 up to the given one, exclusive. */
  readonly randomBelow: (end: number) => number;
  /** Directory of a new replica: the broker's only one, or "not assigned yet". */
  readonly directoryFor: (brokerId: number) => Uuid;
}

/** Records to write, or why not. */
export type Decision<T> = { readonly records: readonly MetadataRecord[]; readonly result: T } | ItemFailure;

/** The largest number of partitions, and of records, of one request (kafka 4.x ReplicationControlManager). */
export const MAX_PARTITIONS_PER_REQUEST = 10_000;

export function failure(error: Exclude<ErrorName, 'NONE'>, text: string | null = null): ItemFailure {
  return { error, text };
}

export function isFailure(value: unknown): value is ItemFailure {
  return typeof value === 'object' && value !== null && 'error' in value;
}

/** How many partitions a request asks for, defaults included. */
export function requestedPartitions({ partitionCount, assignments }: NewTopic, defaultCount: number): number {
  if (assignments.size > 0) return assignments.size;
  return partitionCount === -1 ? defaultCount : Math.max(partitionCount, 0);
}

/** A new topic with its id. Checks follow Kafka's order: name, existence, configs, then partitions. */
export function decideCreateTopic(
  context: TopicContext,
  topic: NewTopic,
  charge: ChargePartitions = () => undefined,
): Decision<Uuid> {
  const { state, effective } = context;
  const { name } = topic;
  const fault = topicNameFault(name);
  if (fault !== null) return failure('INVALID_TOPIC_EXCEPTION', fault);
  if (name === METADATA_TOPIC) {
    return failure('INVALID_REQUEST', `Creation of internal topic ${METADATA_TOPIC} is prohibited.`);
  }
  if (state.topics.has(name)) return failure('TOPIC_ALREADY_EXISTS', `Topic '${name}' already exists.`);
  const colliding = findCollision(state, name);
  if (colliding !== undefined) {
    return failure('INVALID_TOPIC_EXCEPTION', `Topic '${name}' collides with existing topic: ${colliding}`);
  }
  const nulls = [...topic.configs].filter(([, value]) => value === null).map(([key]) => key);
  if (nulls.length > 0) {
    return failure('INVALID_CONFIG', `Null value not supported for topic configs: ${nulls.join(',')}`);
  }
  const configs = topic.configs as ReadonlyMap<string, string>;
  try {
    validateTopicConfigs(configs, effective);
    const replicas = replicasOf(context, topic);
    charge(replicas.length);
    const topicId = context.randomUuid();
    const records = [
      record(tables.topicRecord, 0, { name, topicId }),
      ...[...configs].map(([key, value]) =>
        record(tables.configRecord, 0, {
          resourceType: ConfigResourceType.TOPIC,
          resourceName: name,
          name: key,
          value,
        }),
      ),
      ...replicas.map((one, partitionId) => newPartition(context, topicId, partitionId, one)),
    ];
    return { records, result: topicId };
  } catch (error) {
    return failureOf(error);
  }
}

/** What Kafka answers an exception as; anything unexpected is thrown on. */
export function failureOf(error: unknown): ItemFailure {
  if (error instanceof KafkaError) return failure(error.error as Exclude<ErrorName, 'NONE'>, error.message);
  throw error;
}

function findCollision(state: MetadataState, name: string): string | undefined {
  const key = collisionKey(name);
  if (key === null) return undefined;
  for (const other of state.topics.keys()) if (collisionKey(other) === key) return other;
  return undefined;
}

function replicasOf(context: TopicContext, topic: NewTopic): readonly (readonly number[])[] {
  const { partitionCount, replicationFactor, assignments } = topic;
  if (assignments.size > 0) return assignedReplicas(context, topic);
  if (replicationFactor < -1 || replicationFactor === 0) {
    const text = 'Replication factor must be larger than 0, or -1 to use the default value.';
    throw new KafkaError('INVALID_REPLICATION_FACTOR', text);
  }
  if (partitionCount < -1 || partitionCount === 0) {
    throw new KafkaError('INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.');
  }
  const { brokerValues } = context.effective;
  const count = partitionCount === -1 ? brokerValues.get('num.partitions') : partitionCount;
  const factor = replicationFactor === -1 ? brokerValues.get('default.replication.factor') : replicationFactor;
  return place(context, count, factor);
}

function place({ state, effective, randomBelow }: TopicContext, count: number, factor: number): number[][] {
  try {
    if (effective.isCordoned) throw new PlacementError(NOBODY_ACTIVE);
    return placeReplicas(state.brokers, count, factor, randomBelow(Math.max(state.brokers.size, 1)));
  } catch (error) {
    if (!(error instanceof PlacementError)) throw error;
    const text = `Unable to replicate the partition ${factor} time(s): ${error.message}`;
    throw new KafkaError('INVALID_REPLICATION_FACTOR', text, { cause: error });
  }
}

function assignedReplicas({ state }: TopicContext, topic: NewTopic): readonly (readonly number[])[] {
  const { partitionCount, replicationFactor, assignments } = topic;
  const given = 'A manual partition assignment was specified, but';
  if (replicationFactor !== -1) {
    throw new KafkaError('INVALID_REQUEST', `${given} replication factor was not set to -1.`);
  }
  if (partitionCount !== -1) throw new KafkaError('INVALID_REQUEST', `${given} numPartitions was not set to -1.`);
  let factor: number | null = null;
  for (const [partition, replicas] of assignments) {
    checkAssignment(state, replicas, factor);
    factor = replicas.length;
    checkLeaderFor(state, replicas, partition);
  }
  return Array.from({ length: assignments.size }, (_, partition) => {
    const replicas = assignments.get(partition);
    if (replicas !== undefined) return replicas;
    const text = 'partitions should be a consecutive 0-based integer sequence';
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', text);
  });
}

/** `factor` null accepts any number of replicas. */
function checkAssignment({ brokers }: MetadataState, replicas: readonly number[], factor: number | null): void {
  const refuse = (what: string): never => {
    throw new KafkaError('INVALID_REPLICA_ASSIGNMENT', `The manual partition assignment includes ${what}`);
  };
  if (replicas.length === 0) refuse('an empty replica list.');
  let previous: number | null = null;
  for (const replica of [...replicas].sort((a, b) => a - b)) {
    if (!brokers.has(replica)) refuse(`broker ${replica}, but no such broker is registered.`);
    if (replica === previous) refuse(`the broker ${replica} more than once.`);
    previous = replica;
  }
  if (factor === null || factor === replicas.length) return;
  const others = 'but this is not consistent with previous partitions, which have';
  refuse(`a partition with ${replicas.length} replica(s), ${others} ${factor} replica(s).`);
}

function checkLeaderFor({ brokers }: MetadataState, replicas: readonly number[], partition: number): void {
  if (replicas.some((id) => canLead(brokers, id))) return;
  throw new KafkaError(
    'INVALID_REPLICA_ASSIGNMENT',
    `All brokers specified in the manual partition assignment for partition ${partition} are fenced or in controlled shutdown.`,
  );
}

function canLead(brokers: MetadataState['brokers'], brokerId: number): boolean {
  const registration = brokers.get(brokerId);
  return registration !== undefined && isActive(registration);
}

function newPartition(
  { state, directoryFor }: TopicContext,
  topicId: Uuid,
  partitionId: number,
  replicas: readonly number[],
): MetadataRecord {
  const isr = replicas.filter((id) => canLead(state.brokers, id));
  return record(tables.partitionRecord, RECORD_VERSIONS.partition, {
    partitionId,
    topicId,
    replicas: [...replicas],
    isr,
    removingReplicas: [],
    addingReplicas: [],
    leader: isr[0] as number,
    leaderEpoch: 0,
    partitionEpoch: 0,
    directories: replicas.map(directoryFor),
  });
}

export function decideDeleteTopic(
  state: MetadataState,
  topic: { name: string } | { topicId: Uuid },
  charge: ChargePartitions = () => undefined,
): Decision<{ name: string; topicId: Uuid }> {
  const found = 'name' in topic ? state.topics.get(topic.name) : state.topicsById.get(topic.topicId);
  if (found === undefined) {
    return 'name' in topic
      ? failure('UNKNOWN_TOPIC_OR_PARTITION', 'This server does not host this topic-partition.')
      : failure('UNKNOWN_TOPIC_ID', 'This server does not host this topic ID.');
  }
  const { name, topicId, partitions } = found;
  try {
    charge(partitions.length);
  } catch (error) {
    return failureOf(error);
  }
  return { records: [record(tables.removeTopicRecord, 0, { topicId })], result: { name, topicId } };
}

/** `count` is the new total. */
export function decideCreatePartitions(
  context: TopicContext,
  name: string,
  count: number,
  assignments: readonly (readonly number[])[] | null,
  charge: ChargePartitions = () => undefined,
): Decision<null> {
  const { state } = context;
  const topic = state.topics.get(name);
  if (topic === undefined) return failure('UNKNOWN_TOPIC_OR_PARTITION');
  const before = topic.partitions.length;
  if (count === before) return failure('INVALID_PARTITIONS', `Topic already has ${before} partition(s).`);
  if (count < before) {
    const text = `The topic ${name} currently has ${before} partition(s); ${count} would not be an increase.`;
    return failure('INVALID_PARTITIONS', text);
  }
  const added = count - before;
  if (added > MAX_PARTITIONS_PER_REQUEST) {
    return failure('POLICY_VIOLATION', 'Excessively large number of partitions per request.');
  }
  if (assignments !== null && assignments.length !== added) {
    const asked = `Attempted to add ${added} additional partition(s)`;
    const text = `${asked}, but only ${assignments.length} assignment(s) were specified.`;
    return failure('INVALID_REPLICA_ASSIGNMENT', text);
  }
  try {
    const factor = topic.partitions[0]?.replicas.length ?? 1;
    for (const replicas of assignments ?? []) {
      checkAssignment(state, replicas, factor);
      checkLeaderFor(state, replicas, before);
    }
    const replicas = assignments ?? place(context, added, factor);
    charge(added);
    return {
      records: replicas.map((one, index) => newPartition(context, topic.topicId, before + index, one)),
      result: null,
    };
  } catch (error) {
    return failureOf(error);
  }
}
