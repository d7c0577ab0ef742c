/** Whether the log still holds what was read, after another replica became leader (KIP-320). Source: Java's OffsetFetcher. */
import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { offsetForLeaderEpoch } from '../../protocol/messages/23-offset-for-leader-epoch.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Cluster } from '../cluster.ts';
import { isRetriable, UnsupportedVersionError } from '../errors.ts';
import { type AssignedPartition, partitionName } from './assigned-partition.ts';

/** The log of the leader parted from what was read here; null: at an offset that nobody knows. */
export interface Truncation {
  readonly partition: AssignedPartition;
  readonly endOffset: Offset | null;
}

const WHOLE_PASSES = new Set<ErrorName>([
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'KAFKA_STORAGE_ERROR',
  'OFFSET_NOT_AVAILABLE',
  'LEADER_NOT_AVAILABLE',
  'FENCED_LEADER_EPOCH',
  'UNKNOWN_LEADER_EPOCH',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);
const UNDEFINED_OFFSET = -1n;

/** The leader is another one than the position was checked with, and the position has an epoch to ask about. */
export function awaitsValidation(cluster: Cluster, partition: AssignedPartition): boolean {
  if (partition.fetchPosition === null || partition.fetchLeaderEpoch < 0) return false;
  const leader = cluster.metadata.leader(partition.topic, partition.partition);
  return leader !== undefined && leader.leaderEpoch >= 0 && leader.leaderEpoch !== partition.validatedLeaderEpoch;
}

/**
 * Asks the leaders where the epochs of the positions end; positions that hold are marked as checked. Partitions whose leader cannot
 * answer now stay as they are. Throws KafkaError for codes that do not pass by themselves.
 */
export async function findTruncations(
  cluster: Cluster,
  partitions: readonly AssignedPartition[],
): Promise<Truncation[]> {
  const leaderOf = (one: AssignedPartition) => cluster.metadata.leader(one.topic, one.partition);
  const byNode = Map.groupBy(partitions, (one) => leaderOf(one)?.node ?? -1);
  const found = await Promise.all(
    [...byNode].map(([node, members]) => (node < 0 ? [] : askNode(cluster, node, members))),
  );
  return found.flat();
}

async function askNode(
  cluster: Cluster,
  node: number,
  partitions: readonly AssignedPartition[],
): Promise<Truncation[]> {
  const asked = new Map(
    partitions.map((one) => {
      const leaderEpoch = cluster.metadata.leader(one.topic, one.partition)?.leaderEpoch ?? -1;
      return [partitionName(one), { partition: one, leaderEpoch, position: one.fetchPosition }];
    }),
  );
  const truncations: Truncation[] = [];
  try {
    const response = await cluster.send(
      offsetForLeaderEpoch,
      {
        // A consumer, not a replica.
        replicaId: -1,
        topics: [...Map.groupBy(asked.values(), (one) => one.partition.topic)].map(([topic, members]) => ({
          topic,
          partitions: members.map(({ partition, leaderEpoch }) => ({
            partition: partition.partition,
            currentLeaderEpoch: leaderEpoch,
            leaderEpoch: partition.fetchLeaderEpoch,
          })),
        })),
      },
      { node },
      { minVersion: 3 },
    );
    for (const { topic, partitions: answers } of response.topics) {
      for (const { partition: number, errorCode, endOffset } of answers) {
        const one = asked.get(partitionName({ topic, partition: number }));
        if (!one || one.partition.isRevoked || one.partition.fetchPosition !== one.position) continue;
        if (errorCode !== Errors.NONE) {
          refuse(errorName(errorCode), topic, cluster);
          continue;
        }
        one.partition.validatedLeaderEpoch = one.leaderEpoch;
        if (endOffset === UNDEFINED_OFFSET) truncations.push({ partition: one.partition, endOffset: null });
        else if (endOffset < (one.position as Offset)) truncations.push({ partition: one.partition, endOffset });
      }
    }
  } catch (error) {
    if (error instanceof UnsupportedVersionError) {
      for (const { partition, leaderEpoch } of asked.values()) partition.validatedLeaderEpoch = leaderEpoch;
    } else if (isRetriable(error)) cluster.metadata.markStale();
    else throw error;
  }
  return truncations;
}

function refuse(error: ErrorName, topic: string, cluster: Cluster): void {
  if (!WHOLE_PASSES.has(error)) {
    const isForbidden = error === 'TOPIC_AUTHORIZATION_FAILED';
    throw new KafkaError(error, isForbidden ? `Not authorized to access topics: [${topic}]` : undefined);
  }
  cluster.metadata.markStale();
}
