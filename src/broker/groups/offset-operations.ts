import { type ErrorName } from '../../protocol/errors.ts';
import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { transactionMarker } from '../../protocol/records/control-records.ts';
import { type ClassicGroup } from './classic-group.ts';
import { validateConsumerCommit, validateConsumerFetch } from './consumer-offsets.ts';
import { restartSession } from './member-sessions.ts';
import { type CommittedOffset, type OffsetRecord } from './record-format.ts';
import { type Shard } from './shard.ts';
import {
  type CommitRequest,
  type DeleteOffsetsResult,
  type FetchedOffset,
  type FetchOffsetsResult,
  type GenerationRequest,
  type MemberEpoch,
  type OffsetToCommit,
  type TopicPartitions,
  type TransactionalCommitRequest,
  type TransactionMarker,
} from './types.ts';

/** Who may commit. Transactional commits are not bound to a state of the group, older ones not even to a member. */
function validateCommit(
  group: ClassicGroup | undefined,
  request: GenerationRequest,
  { isTransactional, knowsMemberEpochs = true }: { isTransactional: boolean; knowsMemberEpochs?: boolean | undefined },
): ErrorName {
  const { generationId, memberId, groupInstanceId } = request;
  if (group === undefined) {
    if (generationId < 0) return 'NONE';
    return knowsMemberEpochs ? 'GROUP_ID_NOT_FOUND' : 'ILLEGAL_GENERATION';
  }
  // A simple consumer or an administrator; allowed while nobody is a member.
  if (generationId < 0 && group.state === 'Empty') return 'NONE';
  if (generationId >= 0 || memberId !== '' || groupInstanceId !== null) {
    const error = group.validateMember(memberId, groupInstanceId);
    if (error !== 'NONE') return error;
    if (generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  } else if (!isTransactional && group.state !== 'Empty') return 'UNKNOWN_MEMBER_ID';
  if (!isTransactional && group.state === 'CompletingRebalance') return 'REBALANCE_IN_PROGRESS';
  return 'NONE';
}

function fitsIn(shard: Shard): (offset: OffsetToCommit) => boolean {
  const maxLength = shard.settings.maxOffsetMetadataLength;
  return ({ metadata }) => metadata.length <= maxLength;
}

/** Commits what can be committed as one batch; one error per offset, in order. */
async function commitRecords(
  shard: Shard,
  groupId: string,
  offsets: readonly OffsetToCommit[],
  toValue: (offset: OffsetToCommit) => CommittedOffset,
  commit: (records: readonly OffsetRecord[]) => Promise<ErrorName>,
): Promise<ErrorName[]> {
  const fits = fitsIn(shard);
  const records = offsets.filter(fits).map<OffsetRecord>((one) => ({
    kind: 'offset',
    groupId,
    topic: one.topic,
    partition: one.partition,
    value: toValue(one),
  }));
  const error = records.length === 0 ? 'NONE' : await commit(records);
  return offsets.map((one) => (fits(one) ? error : 'OFFSET_METADATA_TOO_LARGE'));
}

/** OffsetCommit; runs in the group's queue. A commit without a generation creates a group for a simple consumer. */
export async function commitOffsets(shard: Shard, request: CommitRequest): Promise<ErrorName[]> {
  const { groupId, memberId, offsets, retentionTimeMs } = request;
  if (shard.shareGroups.has(groupId)) return offsets.map(() => 'GROUP_ID_NOT_FOUND');
  const group = shard.groups.get(groupId);
  const consumer = shard.consumerGroups.get(groupId);
  const error =
    consumer === undefined
      ? validateCommit(group, request, { isTransactional: false, knowsMemberEpochs: request.knowsMemberEpochs })
      : validateConsumerCommit(consumer, request, offsets.filter(fitsIn(shard)), {
          knowsMemberEpochs: request.knowsMemberEpochs ?? true,
          isTransactional: false,
        });
  if (error !== 'NONE') return offsets.map(() => error);
  const member = group?.members.get(memberId);
  if (group !== undefined && member !== undefined) restartSession(shard, group, member);
  const nowMs = shard.clock.now();
  const expireTimestampMs = retentionTimeMs === null ? null : nowMs + retentionTimeMs;
  return commitRecords(
    shard,
    groupId,
    offsets,
    (one) => ({ ...storedFields(one), commitTimestampMs: nowMs, expireTimestampMs }),
    (records) => shard.commit(records),
  );
}

function storedFields({ offset, leaderEpoch, metadata, topicId }: OffsetToCommit) {
  return { offset, leaderEpoch, metadata, topicId };
}

/** TxnOffsetCommit; runs in the group's queue. The offsets stay pending until the transaction's marker. */
export async function commitTransactionalOffsets(
  shard: Shard,
  request: TransactionalCommitRequest,
): Promise<ErrorName[]> {
  const { groupId, offsets, producerId, producerEpoch } = request;
  const consumer = shard.consumerGroups.get(groupId);
  const error =
    consumer === undefined
      ? validateCommit(shard.groups.get(groupId), request, { isTransactional: true })
      : validateConsumerCommit(consumer, request, offsets.filter(fitsIn(shard)), {
          knowsMemberEpochs: true,
          isTransactional: true,
        });
  if (error !== 'NONE') {
    // The request is older than member epochs and has no word for a stale one.
    const answer = error === 'GROUP_ID_NOT_FOUND' || error === 'STALE_MEMBER_EPOCH' ? 'ILLEGAL_GENERATION' : error;
    return offsets.map(() => answer);
  }
  const commitTimestampMs = shard.clock.now();
  return commitRecords(
    shard,
    groupId,
    offsets,
    (one) => ({ ...storedFields(one), commitTimestampMs, expireTimestampMs: null }),
    (records) => shard.commit(records, { producerId, producerEpoch, isTransactional: true }),
  );
}

/** Ends a producer's transaction in this partition: marker first, then the pending offsets. */
export async function completeTransaction(shard: Shard, marker: TransactionMarker): Promise<ErrorName> {
  const { outcome, ...producer } = marker;
  const { error } = await shard.appendBatch(transactionMarker(outcome, shard.clock.now(), producer));
  if (error === 'NONE') shard.offsets.completeTransaction(marker.producerId, outcome);
  return error;
}

/** OffsetFetch; runs in the group's queue, so it sees every commit asked for before it. An unknown group has no offsets. */
export function fetchOffsets(
  shard: Shard,
  groupId: string,
  topics: readonly TopicPartitions[] | null,
  requireStable: boolean,
  member?: MemberEpoch,
): FetchOffsetsResult {
  const consumer = shard.consumerGroups.get(groupId);
  const refusal = consumer === undefined ? 'NONE' : validateConsumerFetch(consumer, member);
  if (refusal !== 'NONE') return { error: refusal, topics: [] };
  const fetchOne = (topic: string, partition: number, topicId: Uuid = ZERO_UUID): FetchedOffset => {
    // KIP-447: a consumer that must not read behind an open transaction asks again.
    const isUnstable = requireStable && shard.offsets.hasPending(groupId, topic, partition);
    const found = isUnstable ? undefined : shard.offsets.get(groupId, topic, partition);
    const isOther = topicId !== ZERO_UUID && found?.topicId !== ZERO_UUID && found?.topicId !== topicId;
    const stored = isOther ? undefined : found;
    return {
      partition,
      error: isUnstable ? 'UNSTABLE_OFFSET_COMMIT' : 'NONE',
      offset: stored?.offset ?? -1n,
      leaderEpoch: stored?.leaderEpoch ?? -1,
      metadata: stored?.metadata ?? '',
    };
  };
  if (topics !== null) {
    return {
      error: 'NONE',
      topics: topics.map(({ topic, topicId, partitions }) => ({
        topic,
        partitions: partitions.map((partition) => fetchOne(topic, partition, topicId)),
      })),
    };
  }
  const byTopic = new Map<string, FetchedOffset[]>();
  for (const { topic, partition } of shard.offsets.ofGroup(groupId)) {
    const partitions = byTopic.get(topic);
    if (partitions === undefined) byTopic.set(topic, [fetchOne(topic, partition)]);
    else partitions.push(fetchOne(topic, partition));
  }
  return { error: 'NONE', topics: [...byTopic].map(([topic, partitions]) => ({ topic, partitions })) };
}

/** OffsetDelete (KIP-496); runs in the group's queue. Topics the group is subscribed to keep their offsets. */
export async function deleteOffsets(
  shard: Shard,
  groupId: string,
  partitions: readonly { readonly topic: string; readonly partition: number }[],
): Promise<DeleteOffsetsResult> {
  const group = shard.groups.get(groupId) ?? shard.consumerGroups.get(groupId);
  if (group === undefined) return { error: 'GROUP_ID_NOT_FOUND', partitions: [] };
  if (group.type === 'classic' && group.state !== 'Empty' && !group.usesConsumerProtocol)
    return { error: 'NON_EMPTY_GROUP', partitions: [] };
  const records = partitions
    .filter(({ topic, partition }) => !group.isSubscribedTo(topic) && hasOffset(shard, groupId, topic, partition))
    .map(({ topic, partition }) => offsetTombstone(groupId, topic, partition));
  const error = await shard.commitTombstones(records);
  if (error !== 'NONE') return { error, partitions: [] };
  return {
    error: 'NONE',
    partitions: partitions.map(({ topic }) => (group.isSubscribedTo(topic) ? 'GROUP_SUBSCRIBED_TO_TOPIC' : 'NONE')),
  };
}

function hasOffset(shard: Shard, groupId: string, topic: string, partition: number): boolean {
  const { offsets } = shard;
  return offsets.get(groupId, topic, partition) !== undefined || offsets.hasPending(groupId, topic, partition);
}

export function offsetTombstone(groupId: string, topic: string, partition: number): OffsetRecord {
  return { kind: 'offset', groupId, topic, partition, value: null };
}
