import { ClassicGroup, type ClassicMember, metadataFor, NO_ASSIGNMENT } from './classic-group.ts';
import { type GroupMetadataValue, type GroupRecord } from './record-format.ts';

/** The record that brings a group into being before anybody joined. */
export function newGroupRecord(groupId: string, nowMs: number): GroupRecord {
  return {
    kind: 'group',
    groupId,
    value: {
      protocolType: '',
      generation: 0,
      protocol: null,
      leader: null,
      currentStateTimestamp: BigInt(nowMs),
      members: [],
    },
  };
}

/** The group's generation with the given members and assignments (by member id; absent means none). */
export function generationRecord(
  group: ClassicGroup,
  members: readonly ClassicMember[],
  assignmentOf: (member: ClassicMember) => Buffer | undefined,
  leader = group.leaderId,
): GroupRecord {
  return {
    kind: 'group',
    groupId: group.groupId,
    value: {
      protocolType: group.protocolType ?? '',
      generation: group.generationId,
      protocol: group.protocolName,
      leader,
      currentStateTimestamp: group.stateSinceMs === null ? -1n : BigInt(group.stateSinceMs),
      members: members.map((member) => ({
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeout: member.rebalanceTimeoutMs,
        sessionTimeout: member.sessionTimeoutMs,
        subscription: metadataFor(member, group.protocolName ?? ''),
        assignment: assignmentOf(member) ?? NO_ASSIGNMENT,
      })),
    },
  };
}

/** A group as its last record left it: with members it was Stable, since nothing else is written while it has some. */
export function groupFromRecord(groupId: string, value: GroupMetadataValue): ClassicGroup {
  const sinceMs = Number(value.currentStateTimestamp);
  const group = new ClassicGroup(
    groupId,
    sinceMs === -1 ? null : sinceMs,
    value.members.length > 0 ? 'Stable' : 'Empty',
  );
  for (const member of value.members) {
    group.add(
      {
        memberId: member.memberId,
        groupInstanceId: member.groupInstanceId,
        clientId: member.clientId,
        clientHost: member.clientHost,
        rebalanceTimeoutMs: member.rebalanceTimeout === -1 ? member.sessionTimeout : member.rebalanceTimeout,
        sessionTimeoutMs: member.sessionTimeout,
        protocols: [{ name: value.protocol ?? '', metadata: Buffer.from(member.subscription) }],
        assignment: Buffer.from(member.assignment),
        isNew: false,
        answerJoin: null,
        answerSync: null,
      },
      value.protocolType,
    );
  }
  group.generationId = value.generation;
  group.protocolType = value.protocolType === '' ? null : value.protocolType;
  group.protocolName = value.protocol;
  group.leaderId = value.leader;
  group.refreshSubscribedTopics();
  return group;
}
