import { KafkaError } from '../../protocol/errors.ts';
import { shareGroupDescribe } from '../../protocol/messages/77-share-group-describe.ts';
import { describeShareGroupOffsets as describeOffsetsApi } from '../../protocol/messages/90-describe-share-group-offsets.ts';
import { alterShareGroupOffsets as alterOffsetsApi } from '../../protocol/messages/91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsets as deleteOffsetsApi } from '../../protocol/messages/92-delete-share-group-offsets.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Cluster } from '../cluster.ts';
import { type BrokerNode } from '../node-link.ts';
import { callCoordinators, type GroupResult } from './coordinators.ts';
import { failureOf, type Outcome } from './outcome.ts';

export interface SharePartition {
  readonly topic: string;
  readonly partition: number;
}

export interface ShareGroupMember {
  readonly memberId: string;
  readonly clientId: string;
  /** `/127.0.0.1` */
  readonly host: string;
  readonly memberEpoch: number;
  readonly assignment: readonly SharePartition[];
}

export interface ShareGroupDescription {
  readonly groupId: string;
  readonly state: string;
  readonly coordinator: BrokerNode;
  readonly groupEpoch: number;
  readonly assignmentEpoch: number;
  readonly members: readonly ShareGroupMember[];
}

/** Share groups by id. A group nobody knows, or of another type, is a KafkaError in its place. */
export function describeShareGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, GroupResult<ShareGroupDescription>>> {
  return callCoordinators(cluster, {
    name: 'describeShareGroups',
    apiName: 'SHARE_GROUP_DESCRIBE',
    api: shareGroupDescribe,
    groupIds,
    timeoutMs,
    request: (ids) => ({ groupIds: ids, includeAuthorizedOperations: false }),
    handle: ({ groups }, _, node) => {
      const coordinator = cluster.metadata.node(node) ?? { id: node, host: '', port: -1, rack: null };
      return new Map(
        groups.map(({ groupId, errorCode, errorMessage, groupState, groupEpoch, assignmentEpoch, members }) => [
          groupId,
          failureOf(errorCode, errorMessage) ?? {
            groupId,
            state: groupState,
            coordinator,
            groupEpoch,
            assignmentEpoch,
            members: members.map(({ memberId, clientId, clientHost, memberEpoch, assignment }) => ({
              memberId,
              clientId,
              host: clientHost,
              memberEpoch,
              assignment: assignment.topicPartitions.flatMap(({ topicName, partitions }) =>
                partitions.map((partition) => ({ topic: topicName, partition })),
              ),
            })),
          },
        ]),
      );
    },
  });
}

export interface ShareGroupOffset extends SharePartition {
  /** From here on records may still be handed out; null: not begun. */
  readonly startOffset: Offset | null;
  readonly leaderEpoch: number | null;
  /** Null: not known. */
  readonly lag: Offset | null;
}

/** How far each group came in all its topics. Partitions that cannot be told are left out. */
export function listShareGroupOffsets(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, GroupResult<ShareGroupOffset[]>>> {
  return callCoordinators(cluster, {
    name: 'describeShareGroupOffsets',
    apiName: 'DESCRIBE_SHARE_GROUP_OFFSETS',
    api: describeOffsetsApi,
    groupIds,
    timeoutMs,
    request: (ids) => ({ groups: ids.map((groupId) => ({ groupId, topics: null })) }),
    handle: ({ groups }) =>
      new Map(
        groups.map(({ groupId, errorCode, errorMessage, topics }) => [
          groupId,
          failureOf(errorCode, errorMessage) ??
            topics.flatMap(({ topicName, partitions }) =>
              partitions
                .filter((one) => one.errorCode === 0)
                .map(({ partitionIndex, startOffset, leaderEpoch, lag }) => ({
                  topic: topicName,
                  partition: partitionIndex,
                  startOffset: startOffset < 0n ? null : startOffset,
                  leaderEpoch: startOffset < 0n ? null : leaderEpoch,
                  lag: lag < 0n ? null : lag,
                })),
            ),
        ]),
      ),
  });
}

/** One outcome per partition; throws what concerns the group. The group is made if it is not there. */
export async function alterShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (SharePartition & { readonly offset: Offset })[],
  timeoutMs?: number,
): Promise<(SharePartition & Outcome)[]> {
  const results = await callCoordinators(cluster, {
    name: 'alterShareGroupOffsets',
    apiName: 'ALTER_SHARE_GROUP_OFFSETS',
    api: alterOffsetsApi,
    groupIds: [groupId],
    timeoutMs,
    request: () => ({
      groupId,
      topics: [...Map.groupBy(offsets, (one) => one.topic)].map(([topicName, members]) => ({
        topicName,
        partitions: members.map(({ partition, offset }) => ({ partitionIndex: partition, startOffset: offset })),
      })),
    }),
    handle: ({ errorCode, errorMessage, responses }) => {
      const outcomes = responses.flatMap(({ topicName, partitions }) =>
        partitions.map((one) => ({
          topic: topicName,
          partition: one.partitionIndex,
          error: failureOf(one.errorCode, one.errorMessage),
        })),
      );
      return new Map([[groupId, failureOf(errorCode, errorMessage) ?? outcomes]]);
    },
  });
  return orThrow(results.get(groupId));
}

/** One outcome per topic; throws what concerns the group. */
export async function deleteShareGroupOffsets(
  cluster: Cluster,
  groupId: string,
  topics: readonly string[],
  timeoutMs?: number,
): Promise<({ readonly topic: string } & Outcome)[]> {
  const results = await callCoordinators(cluster, {
    name: 'deleteShareGroupOffsets',
    apiName: 'DELETE_SHARE_GROUP_OFFSETS',
    api: deleteOffsetsApi,
    groupIds: [groupId],
    timeoutMs,
    request: () => ({ groupId, topics: topics.map((topicName) => ({ topicName })) }),
    handle: ({ errorCode, errorMessage, responses }) => {
      const outcomes = responses.map((one) => ({
        topic: one.topicName,
        error: failureOf(one.errorCode, one.errorMessage),
      }));
      return new Map([[groupId, failureOf(errorCode, errorMessage) ?? outcomes]]);
    },
  });
  return orThrow(results.get(groupId));
}

function orThrow<T>(result: GroupResult<T[]> | undefined): T[] {
  if (result instanceof KafkaError) throw result;
  return result ?? [];
}
