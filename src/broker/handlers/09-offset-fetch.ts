/**
 * OffsetFetch v1-10: committed offsets of one group (v1-7) or of several (v8+).
 * - Nothing committed, an unknown group or topic: offset -1 without an error. Topics null (v2+) means all.
 * - v1 has no error of the group: it stands in every partition. v7: RequireStable answers UNSTABLE_OFFSET_COMMIT where a
 *   transaction is open. v10 names topics by id: UNKNOWN_TOPIC_ID for those nobody knows; fetching all leaves them out.
 * - v9 adds member id and epoch, judged in KIP-848 groups: UNKNOWN_MEMBER_ID, STALE_MEMBER_EPOCH.
 */
import { Errors } from '../../protocol/errors.ts';
import { offsetFetch } from '../../protocol/messages/09-offset-fetch.ts';
import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { type FetchedOffset, type GroupCoordinator } from '../groups/index.ts';
import { defineHandler } from './handler.ts';

/** Nobody in particular asks: an administrator. */
const NO_MEMBER = { memberId: null, memberEpoch: -1 };

type GroupRequest = ApiRequest<typeof offsetFetch>['groups'][number];
interface GroupAnswer {
  readonly groupId: string;
  readonly errorCode: number;
  readonly topics: { name: string; topicId: Uuid; partitions: ReturnType<typeof toPartition>[] }[];
}

function toPartition({ partition, error, offset, leaderEpoch, metadata }: FetchedOffset) {
  return {
    partitionIndex: partition,
    committedOffset: offset,
    committedLeaderEpoch: leaderEpoch,
    metadata,
    errorCode: Errors[error],
  };
}

function noOffset(partition: number, error: FetchedOffset['error']): FetchedOffset {
  return { partition, error, offset: -1n, leaderEpoch: -1, metadata: '' };
}

async function fetchByName(
  groups: GroupCoordinator,
  { groupId, topics, memberId, memberEpoch }: Pick<GroupRequest, 'groupId' | 'topics' | 'memberId' | 'memberEpoch'>,
  requireStable: boolean,
): Promise<GroupAnswer> {
  const wanted =
    topics?.map(({ name, topicId, partitionIndexes }) => ({ topic: name, topicId, partitions: partitionIndexes })) ??
    null;
  const member = memberId === null && memberEpoch < 0 ? undefined : { memberId: memberId ?? '', memberEpoch };
  const result = await groups.fetchOffsets(groupId, wanted, requireStable, member);
  return {
    groupId,
    errorCode: Errors[result.error],
    topics: result.topics.map(({ topic, partitions }) => ({
      name: topic,
      topicId: ZERO_UUID,
      partitions: partitions.map(toPartition),
    })),
  };
}

async function fetchById(
  cluster: ClusterMetadata,
  groups: GroupCoordinator,
  { topics, ...group }: GroupRequest,
  requireStable: boolean,
): Promise<GroupAnswer> {
  const named = topics?.map((topic) => ({ ...topic, name: cluster.topicById(topic.topicId)?.name ?? '' }));
  const known = named?.filter(({ name }) => name !== '') ?? null;
  const answer = await fetchByName(groups, { ...group, topics: known }, requireStable);
  if (answer.errorCode !== Errors.NONE) return answer;
  const found = answer.topics.flatMap(({ name, partitions }) => {
    const topicId = cluster.topics.get(name)?.topicId;
    return topicId === undefined ? [] : [{ name: '', topicId, partitions }];
  });
  const unknown = (named ?? [])
    .filter(({ name }) => name === '')
    .map(({ topicId, partitionIndexes }) => ({
      name: '',
      topicId,
      partitions: partitionIndexes.map((partition) => toPartition(noOffset(partition, 'UNKNOWN_TOPIC_ID'))),
    }));
  return { ...answer, topics: [...found, ...unknown] };
}

export const offsetFetchHandler = defineHandler(offsetFetch, ({ cluster, groups }) => async (request, context) => {
  const { requireStable } = request;
  if (context.apiVersion >= 8) {
    const fetchOne = (group: GroupRequest) =>
      context.apiVersion >= 10
        ? fetchById(cluster, groups, group, requireStable)
        : fetchByName(groups, group, requireStable);
    return { groups: await Promise.all(request.groups.map(fetchOne)) };
  }
  const topics = request.topics?.map((topic) => ({ ...topic, topicId: ZERO_UUID })) ?? null;
  const answer = await fetchByName(groups, { ...NO_MEMBER, groupId: request.groupId, topics }, requireStable);
  const byName = answer.topics.map(({ name, partitions }) => ({ name, partitions }));
  if (context.apiVersion >= 2 || answer.errorCode === Errors.NONE) {
    return { errorCode: answer.errorCode, topics: byName };
  }
  const failed = (topics ?? []).map(({ name, partitionIndexes }) => ({
    name,
    partitions: partitionIndexes.map((partition) => ({
      ...toPartition(noOffset(partition, 'NONE')),
      errorCode: answer.errorCode,
    })),
  }));
  return { topics: failed };
});
