/**
 * CreateTopics v2-7: each topic judged on its own; texts are the controller's. A name twice in one request:
 * INVALID_REQUEST. v5 answers partition count, replication factor and the resulting configs, v7 the topic id.
 * ValidateOnly checks everything and answers counts, but no configs: they belong to no topic yet.
 */
import { ConfigResourceType } from '../../protocol/enums.ts';
import { Errors } from '../../protocol/errors.ts';
import { createTopics } from '../../protocol/messages/19-create-topics.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type NewTopic } from '../cluster/index.ts';
import { defineHandler, type Rooms } from './handler.ts';
import { isRepeated } from './repeated.ts';

type Asked = ApiRequest<typeof createTopics>['topics'][number];

function newTopic({ name, numPartitions, replicationFactor, assignments, configs }: Asked): NewTopic | string {
  const byPartition = new Map(assignments.map((one) => [one.partitionIndex, one.brokerIds]));
  if (byPartition.size < assignments.length) {
    const indexes = assignments.map((one) => one.partitionIndex);
    return `Found multiple manual partition assignments for partition ${indexes.find((one, i) => indexes.indexOf(one) < i)}`;
  }
  return {
    name,
    partitionCount: numPartitions,
    replicationFactor,
    assignments: byPartition,
    configs: new Map(configs.map((one) => [one.name, one.value])),
  };
}

async function createOne(asked: Asked, validateOnly: boolean, { cluster, controller }: Rooms) {
  const { name } = asked;
  const failed = (errorCode: number, errorMessage: string | null) => ({ name, errorCode, errorMessage, configs: null });
  const topic = newTopic(asked);
  if (typeof topic === 'string') return failed(Errors.INVALID_REPLICA_ASSIGNMENT, topic);
  const result = await controller.createTopic(topic, validateOnly);
  if ('error' in result) return failed(Errors[result.error], result.text);
  const configs = validateOnly ? [] : cluster.describeConfigs({ type: ConfigResourceType.TOPIC, name }, null);
  return {
    name,
    topicId: result.topicId,
    errorMessage: null,
    numPartitions: result.partitions.length,
    replicationFactor: result.partitions[0]?.replicas.length ?? -1,
    configs: configs.map((one) => ({
      name: one.name,
      value: one.value,
      readOnly: one.isReadOnly,
      configSource: one.source,
      isSensitive: one.isSensitive,
    })),
  };
}

export const createTopicsHandler = defineHandler(createTopics, (rooms) => async ({ topics, validateOnly }) => {
  const results = [];
  const names = topics.map((one) => one.name);
  for (const [i, asked] of topics.entries()) {
    if (!isRepeated(names, i)) results.push(await createOne(asked, validateOnly, rooms));
    else if (names.indexOf(asked.name) === i) {
      const errorMessage = 'Duplicate topic name.';
      results.push({ name: asked.name, errorCode: Errors.INVALID_REQUEST, errorMessage, configs: null });
    }
  }
  return { topics: results };
});
