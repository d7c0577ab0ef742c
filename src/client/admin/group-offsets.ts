import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { offsetCommit } from '../../protocol/messages/08-offset-commit.ts';
import { offsetFetch } from '../../protocol/messages/09-offset-fetch.ts';
import { offsetDelete } from '../../protocol/messages/47-offset-delete.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { callCoordinators } from './coordinators.ts';
import { failureOf, type Outcome } from './outcome.ts';

export interface GroupPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface GroupOffset extends GroupPartition {
  readonly offset: Offset;
  /** -1: none. */
  readonly leaderEpoch: number;
  readonly metadata: string;
}

export interface PartitionOutcome extends GroupPartition, Outcome {}

/** Errors of one partition that concern the coordinator: the whole request goes there again. */
const COORDINATOR_ERRORS = new Set<ErrorName>([
  'NOT_COORDINATOR',
  'COORDINATOR_NOT_AVAILABLE',
  'COORDINATOR_LOAD_IN_PROGRESS',
]);

function resultOf<T>(results: ReadonlyMap<string, T | KafkaError>, groupId: string): T {
  const result = results.get(groupId) ?? new KafkaError('UNKNOWN_SERVER_ERROR');
  if (result instanceof KafkaError) throw result;
  return result;
}

/** Everything a group has committed, in the broker's order. Throws KafkaError. */
export async function listGroupOffsets(cluster: Cluster, groupId: string, timeoutMs?: number): Promise<GroupOffset[]> {
  const results = await callCoordinators(cluster, {
    name: 'offsetFetch',
    apiName: 'OFFSET_FETCH',
    api: offsetFetch,
    groupIds: [groupId],
    timeoutMs,
    minVersion: 2,
    // Version 10 names topics by id, which only a caller that knows their names can use.
    maxVersion: 9,
    request: (_, version) => (version >= 8 ? { groups: [{ groupId, topics: null }] } : { groupId, topics: null }),
    handle: (response) => new Map([[groupId, fetchedOffsets(response)]]),
  });
  return resultOf(results, groupId);
}

function fetchedOffsets(response: ApiResponse<typeof offsetFetch>): GroupOffset[] | KafkaError {
  const group = response.groups[0] ?? response;
  const failure = failureOf(group.errorCode);
  if (failure) return failure;
  const found: GroupOffset[] = [];
  for (const { name, partitions } of group.topics) {
    for (const { partitionIndex, committedOffset, committedLeaderEpoch, metadata, errorCode } of partitions) {
      // A partition that cannot be told is left out, as Java does.
      if (errorCode !== Errors.NONE || committedOffset < 0n) continue;
      const leaderEpoch = committedLeaderEpoch;
      found.push({
        topic: name,
        partition: partitionIndex,
        offset: committedOffset,
        leaderEpoch,
        metadata: metadata ?? '',
      });
    }
  }
  return found;
}

/** Commits in the name of nobody: allowed while the group has no members. Throws KafkaError for the whole. */
export async function alterGroupOffsets(
  cluster: Cluster,
  groupId: string,
  offsets: readonly (GroupPartition & { readonly offset: Offset })[],
  timeoutMs?: number,
): Promise<PartitionOutcome[]> {
  const results = await callCoordinators(cluster, {
    name: 'offsetCommit',
    apiName: 'OFFSET_COMMIT',
    api: offsetCommit,
    groupIds: [groupId],
    timeoutMs,
    maxVersion: 9,
    request: () => ({
      groupId,
      topics: [...Map.groupBy(offsets, ({ topic }) => topic)].map(([name, members]) => ({
        name,
        partitions: members.map(({ partition, offset }) => ({
          partitionIndex: partition,
          committedOffset: offset,
          committedMetadata: '',
        })),
      })),
    }),
    handle: ({ topics }) => new Map([[groupId, partitionOutcomes(topics)]]),
  });
  return resultOf(results, groupId);
}

/** Throws KafkaError for the whole request (GROUP_ID_NOT_FOUND, NON_EMPTY_GROUP, ...). */
export async function deleteGroupOffsets(
  cluster: Cluster,
  groupId: string,
  partitions: readonly GroupPartition[],
  timeoutMs?: number,
): Promise<PartitionOutcome[]> {
  const results = await callCoordinators(cluster, {
    name: 'offsetDelete',
    apiName: 'OFFSET_DELETE',
    api: offsetDelete,
    groupIds: [groupId],
    timeoutMs,
    request: () => ({
      groupId,
      topics: [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, members]) => ({
        name,
        partitions: members.map(({ partition }) => ({ partitionIndex: partition })),
      })),
    }),
    handle: ({ errorCode, topics }) => new Map([[groupId, failureOf(errorCode) ?? partitionOutcomes(topics)]]),
  });
  return resultOf(results, groupId);
}

function partitionOutcomes(
  topics: readonly { name: string; partitions: readonly { partitionIndex: number; errorCode: number }[] }[],
): PartitionOutcome[] | KafkaError {
  const outcomes = topics.flatMap(({ name, partitions }) =>
    partitions.map(({ partitionIndex, errorCode }) => ({
      topic: name,
      partition: partitionIndex,
      error: errorCode === Errors.NONE ? null : new KafkaError(errorName(errorCode)),
    })),
  );
  return outcomes.find(({ error }) => error !== null && COORDINATOR_ERRORS.has(error.error))?.error ?? outcomes;
}
