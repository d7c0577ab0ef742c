import { ZERO_UUID } from '../../../protocol/primitives.ts';

export const QUORUM_STATE = 'quorum-state';

/** Who leads the quorum in which epoch, as this node last knew it. */
export interface QuorumState {
  readonly leaderId: number;
  readonly leaderEpoch: number;
}

/** The file as Kafka writes it: version 0 names the fixed voters, version 1 (kraft.version 1) leaves them to the log. */
export function quorumStateContent(state: QuorumState, fixedVoters: readonly number[] | null): Buffer {
  const { leaderId, leaderEpoch } = state;
  const content =
    fixedVoters === null
      ? { leaderId, leaderEpoch, votedId: -1, votedDirectoryId: ZERO_UUID, data_version: 1 }
      : {
          clusterId: '',
          leaderId,
          leaderEpoch,
          votedId: -1,
          appliedOffset: 0,
          currentVoters: fixedVoters.map((voterId) => ({ voterId })),
          data_version: 0,
        };
  return Buffer.from(JSON.stringify(content));
}

/** Null when the file says nothing usable: the epoch then comes from the log. */
export function parseQuorumState(content: Buffer): QuorumState | null {
  try {
    const { leaderId, leaderEpoch } = JSON.parse(content.toString()) as Partial<QuorumState>;
    return typeof leaderId === 'number' && typeof leaderEpoch === 'number' ? { leaderId, leaderEpoch } : null;
  } catch (error) {
    if (error instanceof SyntaxError) return null;
    throw error;
  }
}
