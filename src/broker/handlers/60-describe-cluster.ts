/**
 * DescribeCluster v0-2: cluster id, controller, brokers as reached over the client's listener. v1 endpoint type: this is
 * a broker listener, so controllers are refused (MISMATCHED_ENDPOINT_TYPE); v2 may include fenced brokers.
 */
import { EndpointType } from '../../protocol/enums.ts';
import { Errors } from '../../protocol/errors.ts';
import { describeCluster } from '../../protocol/messages/60-describe-cluster.ts';
import { ALL_OPERATIONS, NOT_ASKED_FOR } from './authorized-operations.ts';
import { defineHandler } from './handler.ts';
import { reachableBrokers } from './partition-view.ts';

export const describeClusterHandler = defineHandler(describeCluster, ({ cluster }) => (request, { connection }) => {
  const { endpointType } = request;
  if (endpointType === EndpointType.CONTROLLER) {
    const errorMessage =
      'The request was sent to an endpoint of type BROKER, but we wanted an endpoint of type CONTROLLER';
    return { errorCode: Errors.MISMATCHED_ENDPOINT_TYPE, errorMessage, endpointType: EndpointType.BROKER };
  }
  if (endpointType !== EndpointType.BROKER) {
    return { errorCode: Errors.UNSUPPORTED_ENDPOINT_TYPE, errorMessage: `Unsupported endpoint type ${endpointType}` };
  }
  return {
    endpointType,
    clusterId: cluster.clusterId,
    controllerId: cluster.controllerId,
    brokers: reachableBrokers(cluster, connection.listenerName, request.includeFencedBrokers),
    clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? ALL_OPERATIONS.cluster : NOT_ASKED_FOR,
  };
});
