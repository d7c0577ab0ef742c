import { controllerDescribeClusterHandler } from './60-describe-cluster.ts';
import { updateRaftVoterHandler } from './82-update-raft-voter.ts';
import { type Handler } from './handler.ts';

/**
 * What a controller listener serves to clients, by API name (api-matrix: listeners of each message). What controllers and
 * brokers say to each other is missing: this node has nobody to talk to.
 */
const SERVED = new Set([
  'SaslHandshake',
  'ApiVersions',
  'CreateTopics',
  'DeleteTopics',
  'DescribeAcls',
  'CreateAcls',
  'DeleteAcls',
  'DescribeConfigs',
  'AlterConfigs',
  'SaslAuthenticate',
  'CreatePartitions',
  'CreateDelegationToken',
  'RenewDelegationToken',
  'ExpireDelegationToken',
  'DescribeDelegationToken',
  'ElectLeaders',
  'IncrementalAlterConfigs',
  'AlterPartitionReassignments',
  'ListPartitionReassignments',
  'AlterClientQuotas',
  'DescribeUserScramCredentials',
  'AlterUserScramCredentials',
  'DescribeQuorum',
  'UpdateFeatures',
  'UnregisterBroker',
  'AddRaftVoter',
  'RemoveRaftVoter',
]);

/** The broker's handlers that serve a controller listener, too; DescribeCluster there is about controllers (KIP-919), and
 * UpdateRaftVoter is nowhere else. */
export function controllerHandlersOf(handlers: readonly Handler[]): Handler[] {
  return [
    ...handlers.filter(({ api }) => SERVED.has(api.name)),
    controllerDescribeClusterHandler,
    updateRaftVoterHandler,
  ];
}
