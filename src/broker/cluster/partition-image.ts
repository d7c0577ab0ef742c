import { type partitionChangeRecord, type partitionRecord } from '../../protocol/records/cluster-metadata.ts';
import { type TableValue } from '../../protocol/schema.ts';
import { type PartitionImage, type TopicImage } from './types.ts';

type PartitionRecordValue = TableValue<typeof partitionRecord>;
export type PartitionChange = TableValue<typeof partitionChangeRecord>;

/** `leader` of a change record that leaves the leader as it is (kafka LeaderConstants). */
const NO_LEADER_CHANGE = -2;
export const NO_LEADER = -1;

/** With the one field that only the metadata log needs. */
export interface StoredPartition extends PartitionImage {
  /** 0 recovered, 1 recovering from an unclean election. */
  readonly leaderRecoveryState: number;
}

export interface StoredTopic extends TopicImage {
  readonly partitions: readonly StoredPartition[];
}

const NO_RECOVERY_CHANGE = -1;

export function partitionFromRecord(value: PartitionRecordValue): StoredPartition {
  return {
    partition: value.partitionId,
    replicas: value.replicas,
    isr: value.isr,
    eligibleLeaderReplicas: value.eligibleLeaderReplicas ?? [],
    lastKnownElr: value.lastKnownElr ?? [],
    addingReplicas: value.addingReplicas,
    removingReplicas: value.removingReplicas,
    leader: value.leader,
    leaderEpoch: value.leaderEpoch,
    partitionEpoch: value.partitionEpoch,
    directories: value.directories,
    leaderRecoveryState: value.leaderRecoveryState,
  };
}

/** The partition after a change: every change raises the partition epoch, naming a leader the leader epoch too. */
export function changedPartition(before: StoredPartition, change: PartitionChange): StoredPartition {
  const namesLeader = change.leader !== NO_LEADER_CHANGE;
  return {
    partition: before.partition,
    replicas: change.replicas ?? before.replicas,
    isr: change.isr ?? before.isr,
    eligibleLeaderReplicas: change.eligibleLeaderReplicas ?? before.eligibleLeaderReplicas,
    lastKnownElr: change.lastKnownElr ?? before.lastKnownElr,
    addingReplicas: change.addingReplicas ?? before.addingReplicas,
    removingReplicas: change.removingReplicas ?? before.removingReplicas,
    leader: namesLeader ? change.leader : before.leader,
    leaderEpoch: namesLeader ? before.leaderEpoch + 1 : before.leaderEpoch,
    partitionEpoch: before.partitionEpoch + 1,
    directories: change.directories ?? before.directories,
    leaderRecoveryState:
      change.leaderRecoveryState === NO_RECOVERY_CHANGE ? before.leaderRecoveryState : change.leaderRecoveryState,
  };
}
