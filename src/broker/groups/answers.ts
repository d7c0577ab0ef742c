import { type ErrorName } from '../../protocol/errors.ts';
import { type ClassicGroup, NO_ASSIGNMENT } from './classic-group.ts';
import { type JoinedMember, type JoinResult, type SyncResult } from './types.ts';

export function failedJoin(error: ErrorName, memberId: string): JoinResult {
  return {
    error,
    memberId,
    generationId: -1,
    protocolType: null,
    protocolName: null,
    leader: '',
    skipAssignment: false,
    members: [],
  };
}

/** A member's place in the group's current generation. */
export function joined(
  group: ClassicGroup,
  memberId: string,
  members: readonly JoinedMember[],
  exceptions: { leader?: string; skipAssignment?: boolean } = {},
): JoinResult {
  return {
    error: 'NONE',
    memberId,
    generationId: group.generationId,
    protocolType: group.protocolType,
    protocolName: group.protocolName,
    leader: exceptions.leader ?? group.leaderId ?? '',
    skipAssignment: exceptions.skipAssignment ?? false,
    members,
  };
}

export function failedSync(error: ErrorName): SyncResult {
  return { error, protocolType: null, protocolName: null, assignment: NO_ASSIGNMENT };
}

export function synced(group: ClassicGroup, assignment: Buffer): SyncResult {
  return { error: 'NONE', protocolType: group.protocolType, protocolName: group.protocolName, assignment };
}
