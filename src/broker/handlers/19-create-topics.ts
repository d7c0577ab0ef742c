/**
 * CreateTopics v2-7: each topic judged on its own, those that fit written at once; texts are the controller's. A name twice
 * in one request: INVALID_REQUEST. More than 10,000 partitions in all: POLICY_VIOLATION for each topic. v5 answers
 * partition count, replication factor and the resulting configs, v7 the topic id. ValidateOnly answers the same.
 * controller_mutation_rate counts partitions: from v6 on THROTTLING_QUOTA_EXCEEDED, before that a delay.
 */
import { Errors } from '../../protocol/errors.ts';
import { createTopics } from '../../protocol/messages/19-create-topics.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type ItemFailure, type NewTopic, type TopicImage } from '../cluster/index.ts';
import { defineHandler, type Rooms } from './handler.ts';
import { delayed, mutationQuota } from './quota-client.ts';
import { Repetitions } from './repeated.ts';

const STRICT_QUOTA_SINCE = 6;

type Asked = ApiRequest<typeof createTopics>['topics'][number];

function newTopic({ name, numPartitions, replicationFactor, assignments, configs }: Asked): NewTopic | string {
  const byPartition = new Map(assignments.map((one) => [one.partitionIndex, one.brokerIds]));
  if (byPartition.size < assignments.length) {
    const indexes = assignments.map((one) => one.partitionIndex);
    const repetitions = new Repetitions(indexes);
    const second = indexes.find((_, i) => !repetitions.isFirst(i));
    return `Found multiple manual partition assignments for partition ${second}`;
  }
  return {
    name,
    partitionCount: numPartitions,
    replicationFactor,
    assignments: byPartition,
    configs: new Map(configs.map((one) => [one.name, one.value])),
  };
}

type Failed = { readonly errorCode: number; readonly errorMessage: string | null };

function created({ cluster }: Rooms, { partitions, topicId }: TopicImage, { configs }: NewTopic) {
  const entries = cluster.describeNewTopic(configs as ReadonlyMap<string, string>);
  return {
    topicId,
    errorMessage: null,
    numPartitions: partitions.length,
    replicationFactor: partitions[0]?.replicas.length ?? -1,
    configs: entries.map((one) => ({
      name: one.name,
      value: one.value,
      readOnly: one.isReadOnly,
      configSource: one.source,
      isSensitive: one.isSensitive,
    })),
  };
}

export const createTopicsHandler = defineHandler(createTopics, (rooms) => async ({ topics, validateOnly }, context) => {
  const quota = mutationQuota(rooms, context, STRICT_QUOTA_SINCE);
  const repetitions = new Repetitions(topics.map((one) => one.name));
  const asked = topics.filter((_, i) => repetitions.isFirst(i));
  const judged = asked.map((one): NewTopic | Failed => {
    if (repetitions.isRepeated(one.name)) {
      return { errorCode: Errors.INVALID_REQUEST, errorMessage: 'Duplicate topic name.' };
    }
    const topic = newTopic(one);
    if (typeof topic !== 'string') return topic;
    return { errorCode: Errors.INVALID_REPLICA_ASSIGNMENT, errorMessage: topic };
  });
  const fit = judged.filter((one): one is NewTopic => !('errorCode' in one));
  const results = await rooms.controller.createTopics(fit, validateOnly, quota.charge);
  let next = 0;
  return {
    throttleTimeMs: delayed(context, quota.throttleMs()),
    topics: asked.map(({ name }, i) => {
      const topic = judged[i] as NewTopic | Failed;
      if ('errorCode' in topic) return { name, ...topic };
      const result = results[next++] as TopicImage | ItemFailure;
      if (!('error' in result)) return { name, ...created(rooms, result, topic) };
      return { name, errorCode: Errors[result.error], errorMessage: result.text };
    }),
  };
});
