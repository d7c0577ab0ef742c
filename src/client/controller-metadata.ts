import { Errors } from '../protocol/errors.ts';
import { type metadata } from '../protocol/messages/03-metadata.ts';
import { describeCluster } from '../protocol/messages/60-describe-cluster.ts';
import { type ApiResponse } from '../protocol/schema.ts';
import { type Cluster, checkCode } from './cluster.ts';

/** Controllers do not serve Metadata: they describe themselves (KIP-919). The answer in the shape of Metadata's. */
export async function fetchControllers(cluster: Cluster, timeoutMs: number | undefined) {
  const request = { endpointType: cluster.endpointType };
  const { response, correlationId } = await cluster.exchange(describeCluster, request, 'any', {
    timeoutMs,
    minVersion: 1,
  });
  checkCode(response.errorCode, response.errorMessage);
  const converted: ApiResponse<typeof metadata> = {
    throttleTimeMs: response.throttleTimeMs,
    brokers: response.brokers.map(({ brokerId, host, port, rack }) => ({ nodeId: brokerId, host, port, rack })),
    clusterId: response.clusterId,
    controllerId: response.controllerId,
    topics: [],
    clusterAuthorizedOperations: response.clusterAuthorizedOperations,
    errorCode: Errors.NONE,
  };
  return { response: converted, correlationId };
}
