/**
 * Metadata v0-13: brokers, topics, leaders. Null topics: all (v0: the empty list); an empty list: none.
 * Unknown names: UNKNOWN_TOPIC_OR_PARTITION, and the topic is made if broker and request (v4+) allow it, so that a retry
 * finds it; names no topic can have: INVALID_TOPIC_EXCEPTION. v10 topic ids; v12 asks by id (unknown: UNKNOWN_TOPIC_ID,
 * null name; in v10 and v11 an id or no name: INVALID_REQUEST for each topic); v8 authorized operations (of the cluster until v10). v13 may ask for a new bootstrap: never needed here.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { metadata } from '../../protocol/messages/03-metadata.ts';
import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { isInternalTopic, type TopicImage, topicNameFault } from '../cluster/index.ts';
import { ALL_OPERATIONS, NOT_ASKED_FOR } from './authorized-operations.ts';
import { defineHandler, type Rooms } from './handler.ts';
import { partitionView, reachableBrokers } from './partition-view.ts';

const DEFAULT_COUNT = -1;
const FIRST_TOPIC_ID_VERSION = 12;
const NO_CONTROLLER = -1;

export const metadataHandler = defineHandler(metadata, (rooms) => {
  const { cluster } = rooms;
  const creating = new Set<string>();
  const create = (name: string) => {
    if (creating.has(name)) return;
    creating.add(name);
    createMissing(name, rooms)
      .catch((cause) => rooms.logger.log('WARN', `cannot create topic ${name} on demand`, cause))
      .finally(() => creating.delete(name));
  };

  return (request, { apiVersion, connection }) => {
    if (apiVersion < FIRST_TOPIC_ID_VERSION && request.topics?.some(isById)) return refused(request);
    const operations = request.includeTopicAuthorizedOperations ? ALL_OPERATIONS.topic : NOT_ASKED_FOR;
    const wanted = wantedTopics(request, apiVersion, rooms);
    for (const { error, name } of wanted.missing) {
      if (error === 'UNKNOWN_TOPIC_OR_PARTITION' && name !== null && mayCreate(request, rooms)) create(name);
    }
    return {
      brokers: reachableBrokers(cluster, connection.listenerName).map(({ brokerId: nodeId, host, port, rack }) => {
        return { nodeId, host, port, rack };
      }),
      clusterId: cluster.clusterId,
      controllerId: cluster.controllerId,
      topics: [
        ...wanted.found.map(({ name, topicId, isInternal, partitions }) => ({
          name,
          topicId,
          isInternal,
          partitions: partitions.map((one) => {
            const { error, ...view } = partitionView(cluster, one);
            return { errorCode: Errors[error], ...view };
          }),
          topicAuthorizedOperations: operations,
        })),
        ...wanted.missing.map(({ error, name, topicId }) => ({
          errorCode: Errors[error],
          name: name ?? (apiVersion >= FIRST_TOPIC_ID_VERSION ? null : ''),
          topicId,
          isInternal: name !== null && isInternalTopic(name),
          topicAuthorizedOperations: name === null ? NOT_ASKED_FOR : operations,
        })),
      ],
      clusterAuthorizedOperations: request.includeClusterAuthorizedOperations ? ALL_OPERATIONS.cluster : NOT_ASKED_FOR,
    };
  };
});

interface Missing {
  readonly error: ErrorName;
  readonly name: string | null;
  readonly topicId: string;
}

type MetadataRequest = ApiRequest<typeof metadata>;

function isById({ name, topicId }: { readonly name: string | null; readonly topicId: Uuid }): boolean {
  return name === null || topicId !== ZERO_UUID;
}

function refused({ topics }: MetadataRequest) {
  return {
    controllerId: NO_CONTROLLER,
    topics:
      topics?.map(({ name, topicId }) => ({ errorCode: Errors.INVALID_REQUEST, name: name ?? '', topicId })) ?? [],
  };
}

function wantedTopics(
  { topics }: MetadataRequest,
  apiVersion: number,
  { cluster }: Rooms,
): { found: TopicImage[]; missing: Missing[] } {
  if (topics === null || (apiVersion === 0 && topics.length === 0)) {
    return { found: [...cluster.topics.values()], missing: [] };
  }
  const found = new Map<string, TopicImage>();
  const missing = new Map<string, Missing>();
  for (const { name, topicId } of topics) {
    const image = topicId !== ZERO_UUID ? cluster.topicById(topicId) : cluster.topics.get(name ?? '');
    if (image) found.set(image.name, image);
    else if (topicId !== ZERO_UUID) missing.set(topicId, { error: 'UNKNOWN_TOPIC_ID', name: null, topicId });
    else {
      const error = topicNameFault(name ?? '') === null ? 'UNKNOWN_TOPIC_OR_PARTITION' : 'INVALID_TOPIC_EXCEPTION';
      missing.set(name ?? '', { error, name, topicId });
    }
  }
  return { found: [...found.values()], missing: [...missing.values()] };
}

function mayCreate({ allowAutoTopicCreation }: MetadataRequest, { cluster }: Rooms): boolean {
  return allowAutoTopicCreation && cluster.brokerConfigValue('auto.create.topics.enable') === 'true';
}

async function createMissing(name: string, { controller, logger }: Rooms): Promise<void> {
  const result = isInternalTopic(name)
    ? await controller.ensureInternalTopic(name)
    : await controller.createTopic(
        {
          name,
          partitionCount: DEFAULT_COUNT,
          replicationFactor: DEFAULT_COUNT,
          assignments: new Map(),
          configs: new Map(),
        },
        false,
      );
  if ('error' in result && result.error !== 'TOPIC_ALREADY_EXISTS') {
    logger.log('WARN', `cannot create topic ${name} on demand: ${result.text ?? result.error}`);
  }
}
