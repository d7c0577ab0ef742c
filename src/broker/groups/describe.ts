import { type ErrorName } from '../../protocol/errors.ts';
import { type ClassicGroup, metadataFor, NO_ASSIGNMENT } from './classic-group.ts';
import { type ConsumerGroup } from './consumer-group.ts';
import { type ShareGroup } from './share-group.ts';
import { type GroupDescription, type ListedGroup } from './types.ts';

export function failedDescription(groupId: string, error: ErrorName): GroupDescription {
  return { groupId, error, state: '', protocolType: '', protocolName: '', members: [] };
}

/** The protocol and the members' metadata are told only while they are settled; assignments as they were last. */
export function describeGroup(
  groupId: string,
  group: ClassicGroup | ConsumerGroup | ShareGroup | undefined,
): GroupDescription {
  if (group?.type === 'consumer' || group?.type === 'share') {
    const errorMessage = `Group ${groupId} is not a classic group.`;
    return { ...failedDescription(groupId, 'GROUP_ID_NOT_FOUND'), state: 'Dead', errorMessage };
  }
  if (group === undefined) return { ...failedDescription(groupId, 'GROUP_ID_NOT_FOUND'), state: 'Dead' };
  const protocolName = group.state === 'Stable' ? (group.protocolName ?? '') : null;
  return {
    groupId,
    error: 'NONE',
    state: group.state,
    protocolType: group.protocolType ?? '',
    protocolName: protocolName ?? '',
    members: [...group.members.values()].map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      clientHost: member.clientHost,
      metadata: protocolName === null ? NO_ASSIGNMENT : metadataFor(member, protocolName),
      assignment: member.assignment,
    })),
  };
}

export function listGroups(
  groups: Iterable<ClassicGroup | ConsumerGroup | ShareGroup>,
  filter: { readonly states: readonly string[]; readonly types: readonly string[] },
): ListedGroup[] {
  const states = new Set(filter.states.map((state) => state.toLowerCase().trim()));
  const types = new Set(filter.types.map((type) => type.toLowerCase().trim()));
  const listed: ListedGroup[] = [];
  for (const { groupId, protocolType, state, type } of groups) {
    if (states.size > 0 && !states.has(state.toLowerCase())) continue;
    if (types.size > 0 && !types.has(type)) continue;
    listed.push({ groupId, protocolType: protocolType ?? '', state, type });
  }
  return listed;
}
