// Owns: reading records: fetching side by side from all leaders, positions, group membership behind a port.
// In: a Cluster, a parsed consumer configuration, topics or partitions.
// Out: records as a cursor over fetched bytes, committed offsets; JavaError, KafkaError, ClientError when it cannot go on.
import { type Cluster } from '../cluster.ts';
import { type ConsumerConfig } from '../configs/consumer.ts';
import { Consumer } from './consumer.ts';
import { type MemberEvents } from './group-member.ts';

export { type ConsumerConfig, parseConsumerConfig } from '../configs/consumer.ts';
export { type OffsetReset, partitionHash, partitionName, type TopicPartition } from './assigned-partition.ts';
export { Consumer, type ManualAssignment } from './consumer.ts';
export type { FetchedRecords } from './fetched-records.ts';
export type { FetchCounters } from './fetcher.ts';
export type { GroupMember, MemberEvents, MemberIdentity, RebalanceListener } from './group-member.ts';
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
  const common = {
    cluster,
    groupId,
    /** Java's max.poll.interval.ms. */
    rebalanceTimeoutMs: values.get('max.poll.interval.ms'),
  };
  if (config.groupProtocol === 'consumer') {
    const { HeartbeatMember } = await import('./heartbeat-member.ts');
    const options = {
      ...common,
      groupInstanceId: values.get('group.instance.id'),
      rack: values.get('client.rack'),
      serverAssignor: values.get('group.remote.assignor'),
    };
    const createMember = (events: MemberEvents) => new HeartbeatMember({ ...options, events });
    return new Consumer({ cluster, config, isPatient, createMember });
  }
  const [{ ClassicMember }, { assignorsByClassName }] = await Promise.all([
    import('./classic-member.ts'),
    import('./assignors/by-class-name.ts'),
  ]);
  const options = {
    ...common,
    groupInstanceId: values.get('group.instance.id'),
    rack: values.get('client.rack'),
    sessionTimeoutMs: values.get('session.timeout.ms'),
    heartbeatIntervalMs: values.get('heartbeat.interval.ms'),
    assignors: assignorsByClassName(values.get('partition.assignment.strategy')),
  };
  const createMember = (events: MemberEvents) => new ClassicMember({ ...options, events });
  return new Consumer({ cluster, config, isPatient, createMember });
}

function never(text: string): never {
  throw new Error(text);
}
