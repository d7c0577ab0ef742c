/**
 * FindCoordinator v0-6: the node that coordinates a group or transactional id, reached on the listener asked.
 * - The partition of `__consumer_offsets` or `__transaction_state` that the key hashes to decides; the topic is created on
 *   the first question. Without a leader: COORDINATOR_NOT_AVAILABLE, to be asked again.
 * - v1 adds the key type (0 group, 1 transaction), v4 several keys at once.
 * - Errors carry their text up to v3 (success the text "NONE"); from v4 only an unknown key type does.
 * - v6 adds key type 2, of share groups: `group:topic id:partition`; INVALID_REQUEST for another form or an older version.
 */

import { CoordinatorType } from '../../protocol/enums.ts';
import { ERRORS, type ErrorName, Errors } from '../../protocol/errors.ts';
import { findCoordinator } from '../../protocol/messages/10-find-coordinator.ts';
import {
  type ClusterMetadata,
  CONSUMER_OFFSETS_TOPIC,
  type Controller,
  SHARE_STATE_TOPIC,
  TRANSACTION_STATE_TOPIC,
} from '../cluster/index.ts';
import { partitionForKey } from '../groups/index.ts';
import { defineHandler } from './handler.ts';

const TOPIC_OF_TYPE = new Map<number, string>([
  [CoordinatorType.GROUP, CONSUMER_OFFSETS_TOPIC],
  [CoordinatorType.TRANSACTION, TRANSACTION_STATE_TOPIC],
  [CoordinatorType.SHARE, SHARE_STATE_TOPIC],
]);

interface Found {
  readonly error: ErrorName;
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
}

function notFound(error: ErrorName): Found {
  return { error, nodeId: -1, host: '', port: -1 };
}

/** The group's id may hold colons itself. */
const SHARE_KEY = /^.+:[A-Za-z0-9_-]{22}:-?\d+$/s;
const FIRST_SHARE_VERSION = 6;

function isShareKey(key: string, apiVersion: number): boolean {
  return apiVersion >= FIRST_SHARE_VERSION && SHARE_KEY.test(key);
}

async function findLeader(
  cluster: ClusterMetadata,
  controller: Controller,
  topic: string,
  key: string,
  listenerName: string,
): Promise<Found> {
  const image = cluster.topics.get(topic) ?? (await controller.ensureInternalTopic(topic));
  if ('error' in image) return notFound('COORDINATOR_NOT_AVAILABLE');
  const leader = image.partitions[partitionForKey(key, image.partitions.length)]?.leader;
  const broker = cluster.brokers.get(leader ?? -1);
  const endpoint = broker?.endpoints.find(({ listener }) => listener === listenerName);
  if (broker === undefined || endpoint === undefined) return notFound('COORDINATOR_NOT_AVAILABLE');
  return { error: 'NONE', nodeId: broker.brokerId, host: endpoint.host, port: endpoint.port };
}

export const findCoordinatorHandler = defineHandler(
  findCoordinator,
  ({ cluster, controller }) =>
    async (request, context) => {
      const { apiVersion, connection } = context;
      const topic = TOPIC_OF_TYPE.get(request.keyType);
      const find = async (key: string): Promise<Found> =>
        topic === undefined || (request.keyType === CoordinatorType.SHARE && !isShareKey(key, apiVersion))
          ? notFound('INVALID_REQUEST')
          : findLeader(cluster, controller, topic, key, connection.listenerName);
      if (apiVersion < 4) {
        const { error, ...node } = await find(request.key);
        return { ...node, errorCode: Errors[error], errorMessage: ERRORS[error].text };
      }
      const isUnknownType = topic === undefined && request.keyType !== CoordinatorType.SHARE;
      const coordinators = [];
      for (const key of request.coordinatorKeys) {
        const { error, ...node } = await find(key);
        const errorMessage = isUnknownType ? ERRORS[error].text : '';
        coordinators.push({ key, ...node, errorCode: Errors[error], errorMessage });
      }
      return { coordinators };
    },
);
