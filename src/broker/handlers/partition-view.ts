import { type BrokerImage, type ClusterMetadata, type PartitionImage } from '../cluster/index.ts';

/** Brokers a client can reach over the listener it came in on. */
export function reachableBrokers(cluster: ClusterMetadata, listenerName: string, includeFenced = false) {
  return [...cluster.brokers.values()].flatMap((broker: BrokerImage) => {
    const endpoint = broker.endpoints.find(({ listener }) => listener === listenerName);
    if (!endpoint || (broker.isFenced && !includeFenced)) return [];
    const { brokerId, rack, isFenced } = broker;
    return [{ brokerId, host: endpoint.host, port: endpoint.port, rack, isFenced }];
  });
}

/** The fields that Metadata and DescribeTopicPartitions share; a partition without a leader says so. */
export function partitionView(cluster: ClusterMetadata, partition: PartitionImage) {
  const isAlive = (brokerId: number) => cluster.brokers.get(brokerId)?.isFenced === false;
  const hasLeader = partition.leader >= 0 && isAlive(partition.leader);
  return {
    error: hasLeader ? ('NONE' as const) : ('LEADER_NOT_AVAILABLE' as const),
    partitionIndex: partition.partition,
    leaderId: hasLeader ? partition.leader : -1,
    leaderEpoch: partition.leaderEpoch,
    replicaNodes: partition.replicas,
    isrNodes: partition.isr,
    offlineReplicas: partition.replicas.filter((brokerId) => !isAlive(brokerId)),
  };
}
