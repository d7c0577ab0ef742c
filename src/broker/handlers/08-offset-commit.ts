/**
 * OffsetCommit v2-10: stores offsets of a group, acknowledged when their record is written.
 * - Generation -1 with an empty member id is a simple consumer: allowed while the group has no members.
 * - Each partition has its error: UNKNOWN_TOPIC_OR_PARTITION, OFFSET_METADATA_TOO_LARGE, or the group's.
 * - v2-4 carry a retention time, which is honoured; v6 leader epochs, v7 group instance ids.
 * - A generation of an unknown group: ILLEGAL_GENERATION below v9, GROUP_ID_NOT_FOUND from then on.
 * - v9+ commits for KIP-848 groups too, by member epoch: STALE_MEMBER_EPOCH; older versions get UNSUPPORTED_VERSION there.
 *   Classic members of such groups commit with any version: ILLEGAL_GENERATION. An epoch since which the member has had the
 *   partition will do (KIP-1251).
 * - v10 names topics by id: UNKNOWN_TOPIC_ID for those nobody knows.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { offsetCommit } from '../../protocol/messages/08-offset-commit.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { type OffsetToCommit } from '../groups/index.ts';
import { defineHandler } from './handler.ts';
import { TopicResults } from './topic-results.ts';

export const offsetCommitHandler = defineHandler(offsetCommit, ({ cluster, groups }) => async (request, context) => {
  const usesTopicIds = context.apiVersion >= 10;
  const results = new TopicResults<{ partitionIndex: number; errorCode: number }>();
  const answer = (topic: { name: string; topicId: string }, partitionIndex: number, error: ErrorName) =>
    results.add(usesTopicIds ? { ...topic, name: '' } : { ...topic, topicId: ZERO_UUID }, {
      partitionIndex,
      errorCode: Errors[error],
    });
  const offsets: OffsetToCommit[] = [];
  for (const topic of request.topics) {
    const image = usesTopicIds ? cluster.topicById(topic.topicId) : cluster.topics.get(topic.name);
    const unknown = usesTopicIds && !image ? 'UNKNOWN_TOPIC_ID' : 'UNKNOWN_TOPIC_OR_PARTITION';
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, committedMetadata } of topic.partitions) {
      if (image?.partitions[partitionIndex] === undefined) answer(topic, partitionIndex, unknown);
      else {
        offsets.push({
          topic: image.name,
          topicId: image.topicId,
          partition: partitionIndex,
          offset: committedOffset,
          leaderEpoch: committedLeaderEpoch,
          metadata: committedMetadata ?? '',
        });
      }
    }
  }
  if (offsets.length === 0) return { topics: results.topics };
  const errors = await groups.commitOffsets({
    groupId: request.groupId,
    memberId: request.memberId,
    groupInstanceId: request.groupInstanceId,
    generationId: request.generationIdOrMemberEpoch,
    retentionTimeMs: request.retentionTimeMs === -1n ? null : Number(request.retentionTimeMs),
    knowsMemberEpochs: context.apiVersion >= 9,
    offsets,
  });
  offsets.forEach(({ topic, topicId, partition }, i) => {
    answer({ name: topic, topicId }, partition, errors[i] ?? 'UNKNOWN_SERVER_ERROR');
  });
  return { topics: results.topics };
});
