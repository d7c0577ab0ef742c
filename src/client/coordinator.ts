import { Errors, errorName, KafkaError } from '../protocol/errors.ts';
import { findCoordinator as findCoordinatorApi } from '../protocol/messages/10-find-coordinator.ts';
import { type Cluster, type CoordinatorType, type SendOptions } from './cluster.ts';

const KEY_TYPES: Readonly<Record<CoordinatorType, number>> = { group: 0, transaction: 1, share: 2 };

/** One question, not repeated: COORDINATOR_NOT_AVAILABLE and its kind are thrown as retriable KafkaError. */
export async function findCoordinator(
  cluster: Cluster,
  type: CoordinatorType,
  key: string,
  options: SendOptions,
): Promise<number> {
  const keyType = KEY_TYPES[type];
  const { response, version } = await cluster.exchange(
    findCoordinatorApi,
    (version) => (version >= 4 ? { keyType, coordinatorKeys: [key] } : { keyType, key }),
    'any',
    options,
  );
  const found = version >= 4 ? response.coordinators[0] : response;
  if (!found) throw new KafkaError('COORDINATOR_NOT_AVAILABLE');
  if (found.errorCode !== Errors.NONE)
    throw new KafkaError(errorName(found.errorCode), found.errorMessage || undefined);
  const { nodeId, host, port } = found;
  if (!cluster.metadata.node(nodeId)) cluster.metadata.addNode({ id: nodeId, host, port, rack: null });
  return nodeId;
}
