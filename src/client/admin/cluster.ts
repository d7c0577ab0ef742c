import { metadata } from '../../protocol/messages/03-metadata.ts';
import { describeCluster as describeClusterApi } from '../../protocol/messages/60-describe-cluster.ts';
import { unregisterBroker as unregisterBrokerApi } from '../../protocol/messages/64-unregister-broker.ts';
import { type Cluster } from '../cluster.ts';
import { UnsupportedVersionError } from '../errors.ts';
import { type BrokerNode } from '../node-link.ts';
import { callAdmin } from './call.ts';
import { failureOf, throwIfFailed } from './outcome.ts';

export interface ClusterNode extends BrokerNode {
  readonly isFenced: boolean;
}

export interface ClusterDescription {
  readonly clusterId: string | null;
  readonly controllerId: number;
  readonly nodes: readonly ClusterNode[];
}

export interface DescribeClusterOptions {
  readonly includeFencedBrokers?: boolean;
}

/** Brokers (or controllers, when the cluster was opened through them), the cluster's id and its controller. */
export async function describeCluster(
  cluster: Cluster,
  { includeFencedBrokers = false }: DescribeClusterOptions = {},
): Promise<ClusterDescription> {
  try {
    return await callAdmin(cluster, {
      name: 'listNodes',
      api: describeClusterApi,
      target: 'any',
      ...(includeFencedBrokers ? { minVersion: 2 } : {}),
      request: (version) => ({
        ...(version >= 1 ? { endpointType: cluster.endpointType } : {}),
        ...(version >= 2 ? { includeFencedBrokers } : {}),
      }),
      handle(response) {
        throwIfFailed(response.errorCode, response.errorMessage);
        const nodes = response.brokers.map(({ brokerId, host, port, rack, isFenced }) => {
          return { id: brokerId, host, port, rack, isFenced };
        });
        return { clusterId: response.clusterId, controllerId: response.controllerId, nodes };
      },
    });
  } catch (error) {
    // Brokers before 2.8 tell the same in Metadata.
    if (!(error instanceof UnsupportedVersionError) || includeFencedBrokers) throw error;
    return callAdmin(cluster, {
      name: 'listNodes',
      api: metadata,
      target: 'any',
      request: { topics: [] },
      handle: ({ brokers, clusterId, controllerId }) => {
        const nodes = brokers.map(({ nodeId, host, port, rack }) => ({
          id: nodeId,
          host,
          port,
          rack,
          isFenced: false,
        }));
        return { clusterId, controllerId, nodes };
      },
    });
  }
}

/** Removes a broker's registration. */
export function unregisterBroker(cluster: Cluster, brokerId: number): Promise<void> {
  return callAdmin(cluster, {
    name: 'unregisterBroker',
    api: unregisterBrokerApi,
    target: 'any',
    request: { brokerId },
    handle(response) {
      const failure = failureOf(response.errorCode, response.errorMessage);
      if (failure === null) return;
      if (failure.error !== 'REQUEST_TIMED_OUT') {
        const text = `Unregister broker request for broker ID ${brokerId} failed: ${failure.message}`;
        cluster.logger
          .named('org.apache.kafka.clients.admin.KafkaAdminClient')
          .log('ERROR', `${cluster.logPrefix}${text}`);
      }
      throw failure;
    },
  });
}
