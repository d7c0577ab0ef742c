/**
 * DeleteTopics v1-6: by name, v6 by name or id, not both (INVALID_REQUEST). Each topic judged on its own: unknown name
 * UNKNOWN_TOPIC_OR_PARTITION, unknown id UNKNOWN_TOPIC_ID. delete.topic.enable=false: TOPIC_DELETION_DISABLED, before v3
 * INVALID_REQUEST. v5 brings texts and
 * THROTTLING_QUOTA_EXCEEDED by controller_mutation_rate, which is a delay before.
 */
import { ERRORS, type ErrorName, Errors } from '../../protocol/errors.ts';
import { deleteTopics } from '../../protocol/messages/20-delete-topics.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { defineHandler } from './handler.ts';
import { delayed, mutationQuota } from './quota-client.ts';
import { Repetitions } from './repeated.ts';

const STRICT_QUOTA_SINCE = 5;

interface Asked {
  readonly name: string | null;
  readonly topicId: string;
}

const key = ({ name, topicId }: Asked) => (name === null ? `id ${topicId}` : `name ${name}`);

export const deleteTopicsHandler = defineHandler(deleteTopics, (rooms) => async (request, context) => {
  const { cluster, controller } = rooms;
  const { apiVersion } = context;
  const quota = mutationQuota(rooms, context, STRICT_QUOTA_SINCE);
  const topics: readonly Asked[] =
    apiVersion >= 6 ? request.topics : request.topicNames.map((name) => ({ name, topicId: ZERO_UUID }));
  const failed = (asked: Asked, error: ErrorName, text: string | null = ERRORS[error].text) => ({
    ...asked,
    errorCode: Errors[error],
    errorMessage: text,
  });
  const isDisabled = cluster.brokerConfigValue('delete.topic.enable') === 'false';
  const keys = topics.map(key);
  const repetitions = new Repetitions(keys);
  const responses = [];
  for (const [i, asked] of topics.entries()) {
    if (isDisabled) {
      responses.push(failed(asked, apiVersion < 3 ? 'INVALID_REQUEST' : 'TOPIC_DELETION_DISABLED'));
    } else if (asked.name !== null && asked.topicId !== ZERO_UUID) {
      responses.push(failed(asked, 'INVALID_REQUEST', 'You may not specify both topic name and topic id.'));
    } else if (asked.name === null && asked.topicId === ZERO_UUID) {
      responses.push(failed(asked, 'INVALID_REQUEST', 'Neither topic name nor id were specified.'));
    } else if (repetitions.isRepeated(keys[i] as string)) {
      const kind = asked.name === null ? 'id' : 'name';
      if (repetitions.isFirst(i)) responses.push(failed(asked, 'INVALID_REQUEST', `Duplicate topic ${kind}.`));
    } else {
      const { name, topicId } = asked;
      const result = await controller.deleteTopic(name === null ? { topicId } : { name }, quota.charge);
      responses.push('error' in result ? failed(asked, result.error, result.text) : result);
    }
  }
  return { throttleTimeMs: delayed(context, quota.throttleMs()), responses };
});
