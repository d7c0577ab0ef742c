import { type ErrorName } from '../../protocol/errors.ts';
import { failedSync, synced } from './answers.ts';
import { type ClassicGroup, NO_ASSIGNMENT } from './classic-group.ts';
import { syncConsumerGroup } from './consumer-classic.ts';
import { generationRecord } from './group-record.ts';
import { transition } from './group-state.ts';
import { restartSession } from './member-sessions.ts';
import { notePendingSync, prepareRebalance, rejectSyncs } from './rebalance.ts';
import { type Shard } from './shard.ts';
import { type SyncRequest, type SyncResult } from './types.ts';

type Answer = (result: SyncResult) => void;

function differs(given: string | null, current: string | null): boolean {
  return given !== null && current !== null && given !== current;
}

function validate(group: ClassicGroup | undefined, request: SyncRequest): ErrorName {
  if (group === undefined || group.state === 'Empty') return 'UNKNOWN_MEMBER_ID';
  const error = group.validateMember(request.memberId, request.groupInstanceId);
  if (error !== 'NONE') return error;
  if (request.generationId !== group.generationId) return 'ILLEGAL_GENERATION';
  if (differs(request.protocolType, group.protocolType) || differs(request.protocolName, group.protocolName)) {
    return 'INCONSISTENT_GROUP_PROTOCOL';
  }
  return group.state === 'PreparingRebalance' ? 'REBALANCE_IN_PROGRESS' : 'NONE';
}

/** SyncGroup; runs in the group's queue. Followers are answered when the leader's assignment is stored. */
export async function syncGroup(shard: Shard, request: SyncRequest, answer: Answer): Promise<void> {
  const consumer = shard.consumerGroups.get(request.groupId);
  if (consumer !== undefined) return answer(syncConsumerGroup(shard, consumer, request));
  const group = shard.groups.get(request.groupId);
  const error = validate(group, request);
  const member = group?.members.get(request.memberId);
  if (error !== 'NONE' || group === undefined || member === undefined) return answer(failedSync(error));
  notePendingSync(shard, group, member.memberId);
  if (group.state === 'Stable') return answer(synced(group, member.assignment));
  member.answerSync = answer;
  if (group.leaderId === member.memberId) await storeAssignment(shard, group, request.assignments);
}

async function storeAssignment(
  shard: Shard,
  group: ClassicGroup,
  assignments: ReadonlyMap<string, Buffer>,
): Promise<void> {
  const members = [...group.members.values()];
  const record = generationRecord(group, members, ({ memberId }) => assignments.get(memberId));
  const { error } = await shard.append([record]);
  if (error !== 'NONE') {
    if (shard.state === 'closed') return;
    rejectSyncs(group, error);
    await prepareRebalance(shard, group, `the assignment could not be stored: ${error}`);
    return;
  }
  for (const member of members) {
    const assignment = assignments.get(member.memberId);
    member.assignment = assignment === undefined ? NO_ASSIGNMENT : Buffer.from(assignment);
  }
  transition(group, 'Stable', shard.clock.now());
  for (const member of members) {
    if (member.answerSync === null) continue;
    member.answerSync(synced(group, member.assignment));
    member.answerSync = null;
    // Its session may have run out while it waited here.
    restartSession(shard, group, member);
  }
}
