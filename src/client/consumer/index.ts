// Owns: reading records: fetching side by side from all leaders, positions, group membership behind a port.
// In: a Cluster, a parsed consumer configuration, topics or partitions.
// Out: records as a cursor over fetched bytes, committed offsets; JavaError, KafkaError, ClientError when it cannot go on.
import { type Cluster } from '../cluster.ts';
import { type ConsumerConfig } from '../configs/consumer.ts';
import { Consumer } from './consumer.ts';

export { type OffsetReset, partitionName, type TopicPartition } from './assigned-partition.ts';
export { Consumer, type ManualAssignment } from './consumer.ts';
export type { FetchedRecords } from './fetched-records.ts';
export type { GroupMember, MemberEvents, MemberIdentity } from './group-member.ts';
export type { TopicSelection } from './topic-watch.ts';

/** A consumer whose group membership follows `group.protocol`; the code of the member is loaded only for a group. */
export async function openConsumer(
  cluster: Cluster,
  config: ConsumerConfig,
  { usesGroup, isPatient = true }: { usesGroup: boolean; isPatient?: boolean },
): Promise<Consumer> {
  const { values } = config;
  const groupId = values.get('group.id');
  if (!usesGroup || groupId === null) {
    const createMember = () => never('a consumer without a group cannot subscribe');
    return new Consumer({ cluster, config, isPatient, createMember });
  }
  const { KafkaJsMember } = await import('./kafkajs-member.ts');
  return new Consumer({
    cluster,
    config,
    isPatient,
    createMember: (events) =>
      new KafkaJsMember({
        cluster,
        groupId,
        sessionTimeoutMs: values.get('session.timeout.ms'),
        rebalanceTimeoutMs: values.get('max.poll.interval.ms'),
        heartbeatIntervalMs: values.get('heartbeat.interval.ms'),
        metadataMaxAgeMs: values.number('metadata.max.age.ms'),
        events,
      }),
  });
}

function never(text: string): never {
  throw new Error(text);
}
