import { type ClusterMetadata } from '../cluster/index.ts';

/**
 * Groups of KIP-848 are a feature of the cluster and a protocol that this broker may be told not to serve: with
 * group.version=0, or without "consumer" in group.coordinator.rebalance.protocols, the answer is UNSUPPORTED_VERSION.
 */
export function servesConsumerGroups(cluster: Pick<ClusterMetadata, 'features' | 'brokerConfigValue'>): boolean {
  const protocols = cluster.brokerConfigValue('group.coordinator.rebalance.protocols') ?? '';
  return (cluster.features.get('group.version') ?? 0) > 0 && protocols.split(',').includes('consumer');
}
