/**
 * DeleteShareGroupOffsets v0 (KIP-932): forgets where a group without members is in topics; it starts anew there.
 * GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, INVALID_GROUP_ID at the top; UNKNOWN_TOPIC_OR_PARTITION by topic, also for one the
 * group never read, with a text that says so.
 */
import { ERRORS, Errors, KafkaError } from '../../protocol/errors.ts';
import { deleteShareGroupOffsets } from '../../protocol/messages/92-delete-share-group-offsets.ts';
import { defineHandler } from './handler.ts';
import { servesShareGroups } from './share-feature.ts';

export const deleteShareGroupOffsetsHandler = defineHandler(
  deleteShareGroupOffsets,
  ({ cluster, groups }) =>
    async ({ groupId, topics }) => {
      if (!servesShareGroups(cluster)) {
        return { errorCode: Errors.UNSUPPORTED_VERSION, errorMessage: ERRORS.UNSUPPORTED_VERSION.text };
      }
      try {
        const names = topics.map(({ topicName }) => topicName);
        const deleted = await groups.deleteShareOffsets(groupId, names);
        return {
          responses: deleted.map(({ topic, topicId, error, text }) => ({
            topicName: topic,
            topicId,
            errorCode: Errors[error],
            errorMessage: error === 'NONE' ? null : (text ?? ERRORS[error].text),
          })),
        };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { errorCode: Errors[error.error], errorMessage: error.message };
      }
    },
);
