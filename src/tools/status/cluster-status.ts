import { describeCluster } from '../../client/admin/cluster.ts';
import { describeTopics } from '../../client/admin/describe-topics.ts';
import { listGroups } from '../../client/admin/groups.ts';
import { describeLogDirs } from '../../client/admin/log-dirs.ts';
import { listTopics } from '../../client/admin/topics.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';

export interface ClusterStatus {
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly brokers: readonly BrokerStatus[];
  readonly topicCount: number;
  readonly partitionCount: number;
  readonly offlinePartitionCount: number;
  readonly underReplicatedPartitionCount: number;
  /** By state, as Kafka names it. */
  readonly groupCounts: Readonly<Record<string, number>>;
}

export interface BrokerStatus {
  readonly id: number;
  readonly address: string;
  readonly rack: string | null;
  readonly logDirs: readonly { readonly path: string; readonly isOffline: boolean; readonly sizeBytes: bigint }[];
}

/** What any Kafka cluster tells of itself. Throws what the admin calls throw. */
export function clusterStatus(address: ClusterAddress, context: ToolContext): Promise<ClusterStatus> {
  return withSession(address, context, async (cluster) => {
    const { clusterId, controllerId, nodes } = await describeCluster(cluster);
    const [topics, groups] = await Promise.all([listTopics(cluster), listGroups(cluster)]);
    const described = await describeTopics(
      cluster,
      topics.map(({ name }) => name),
    );
    // A topic may go between the two questions.
    const partitions = described.flatMap((topic) => (topic.error === null ? topic.partitions : []));
    const brokers = nodes.map(async ({ id, host, port, rack }): Promise<BrokerStatus> => {
      const logDirs = (await describeLogDirs(cluster, id)).map(({ path, error, replicas }) => ({
        path,
        isOffline: error !== null,
        sizeBytes: replicas.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n),
      }));
      return { id, address: `${host}:${port}`, rack, logDirs };
    });
    const states = Map.groupBy(groups, ({ state }) => state || 'Unknown');
    return {
      clusterId,
      controllerId,
      brokers: await Promise.all(brokers),
      topicCount: topics.length,
      partitionCount: partitions.length,
      offlinePartitionCount: partitions.filter(({ leaderId }) => leaderId < 0).length,
      underReplicatedPartitionCount: partitions.filter(({ isr, replicas }) => isr.length < replicas.length).length,
      groupCounts: Object.fromEntries([...states].map(([state, { length }]) => [state, length]).sort()),
    };
  });
}
