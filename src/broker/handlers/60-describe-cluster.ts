/**
 * DescribeCluster v0-2: cluster id, controller, brokers as reached over the client's listener. v1 endpoint type: a listener of
 * the other type refuses (MISMATCHED_ENDPOINT_TYPE), a controller listener names controllers (KIP-919); v2 may include
 * fenced brokers.
 */
import { EndpointType } from '../../protocol/enums.ts';
import { Errors } from '../../protocol/errors.ts';
import { describeCluster } from '../../protocol/messages/60-describe-cluster.ts';
import { ALL_OPERATIONS, NOT_ASKED_FOR } from './authorized-operations.ts';
import { defineHandler, type Rooms } from './handler.ts';
import { reachableBrokers } from './partition-view.ts';

/** Null: the client is where it wants to be. */
function misplaced(wanted: number, type: keyof typeof EndpointType) {
  if (wanted === EndpointType[type]) return null;
  if (wanted !== EndpointType.BROKER && wanted !== EndpointType.CONTROLLER) {
    return { errorCode: Errors.UNSUPPORTED_ENDPOINT_TYPE, errorMessage: `Unsupported endpoint type ${wanted}` };
  }
  const other = type === 'BROKER' ? 'CONTROLLER' : 'BROKER';
  const errorMessage = `The request was sent to an endpoint of type ${type}, but we wanted an endpoint of type ${other}`;
  return { errorCode: Errors.MISMATCHED_ENDPOINT_TYPE, errorMessage };
}

function clusterFacts({ cluster }: Rooms, isAskedForOperations: boolean) {
  return {
    clusterId: cluster.clusterId,
    controllerId: cluster.controllerId,
    clusterAuthorizedOperations: isAskedForOperations ? ALL_OPERATIONS.cluster : NOT_ASKED_FOR,
  };
}

export const describeClusterHandler = defineHandler(describeCluster, (rooms) => (request, { connection }) => {
  const { endpointType, includeFencedBrokers, includeClusterAuthorizedOperations } = request;
  const refusal = misplaced(endpointType, 'BROKER');
  if (refusal) return refusal;
  return {
    ...clusterFacts(rooms, includeClusterAuthorizedOperations),
    endpointType,
    brokers: reachableBrokers(rooms.cluster, connection.listenerName, includeFencedBrokers),
  };
});

/** On a controller listener. */
export const controllerDescribeClusterHandler = defineHandler(describeCluster, (rooms) => (request, { connection }) => {
  const { endpointType, includeClusterAuthorizedOperations } = request;
  const refusal = misplaced(endpointType, 'CONTROLLER');
  if (refusal) return refusal;
  const controllers = rooms.cluster.quorum.voters.flatMap(({ nodeId, endpoints }) => {
    const endpoint = endpoints.find(({ name }) => name === connection.listenerName);
    return endpoint ? [{ brokerId: nodeId, host: endpoint.host, port: endpoint.port, rack: null }] : [];
  });
  return { ...clusterFacts(rooms, includeClusterAuthorizedOperations), endpointType, brokers: controllers };
});
