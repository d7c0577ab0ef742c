import { KafkaError } from '../../protocol/errors.ts';
import { describeQuorum as describeQuorumApi } from '../../protocol/messages/55-describe-quorum.ts';
import { addRaftVoter as addRaftVoterApi } from '../../protocol/messages/80-add-raft-voter.ts';
import { removeRaftVoter as removeRaftVoterApi } from '../../protocol/messages/81-remove-raft-voter.ts';
import { type Offset, type TimestampMs, type Uuid } from '../../protocol/primitives.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { throwIfFailed } from './outcome.ts';

const METADATA_TOPIC = '__cluster_metadata';

export interface QuorumReplica {
  readonly replicaId: number;
  /** ZERO_UUID: the node is too old to have one, or the quorum is static. */
  readonly directoryId: Uuid;
  readonly logEndOffset: Offset;
  /** -1: not known. */
  readonly lastFetchTimestampMs: TimestampMs;
  readonly lastCaughtUpTimestampMs: TimestampMs;
}

export interface VoterEndpoint {
  readonly name: string;
  readonly host: string;
  readonly port: number;
}

export interface QuorumInfo {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly highWatermark: Offset;
  readonly voters: readonly QuorumReplica[];
  readonly observers: readonly QuorumReplica[];
  /** Addresses of voters by node id; empty below v2. */
  readonly nodes: ReadonlyMap<number, readonly VoterEndpoint[]>;
}

/** Leader and members of the controller quorum. */
export function describeMetadataQuorum(cluster: Cluster): Promise<QuorumInfo> {
  return callAdmin(cluster, {
    name: 'describeMetadataQuorum',
    api: describeQuorumApi,
    target: 'any',
    request: { topics: [{ topicName: METADATA_TOPIC, partitions: [{ partitionIndex: 0 }] }] },
    handle(response): QuorumInfo {
      throwIfFailed(response.errorCode, response.errorMessage);
      const [topic] = response.topics;
      const [partition] = topic?.partitions ?? [];
      if (topic?.topicName !== METADATA_TOPIC || partition?.partitionIndex !== 0) {
        throw new KafkaError('UNKNOWN_SERVER_ERROR', `DescribeMetadataQuorum is not about ${METADATA_TOPIC}-0`);
      }
      throwIfFailed(partition.errorCode, partition.errorMessage);
      const replicas = (all: typeof partition.currentVoters): QuorumReplica[] =>
        all.map((one) => ({
          replicaId: one.replicaId,
          directoryId: one.replicaDirectoryId,
          logEndOffset: one.logEndOffset,
          lastFetchTimestampMs: one.lastFetchTimestamp,
          lastCaughtUpTimestampMs: one.lastCaughtUpTimestamp,
        }));
      return {
        leaderId: partition.leaderId,
        leaderEpoch: partition.leaderEpoch,
        highWatermark: partition.highWatermark,
        voters: replicas(partition.currentVoters),
        observers: replicas(partition.observers),
        nodes: new Map(response.nodes.map(({ nodeId, listeners }) => [nodeId, listeners])),
      };
    },
  });
}

export interface NewVoter {
  readonly voterId: number;
  readonly directoryId: Uuid;
  readonly endpoints: readonly VoterEndpoint[];
}

/** Makes a controller a voter of the quorum (KIP-853). */
export function addRaftVoter(cluster: Cluster, { voterId, directoryId, endpoints }: NewVoter): Promise<void> {
  return callAdmin(cluster, {
    name: 'addRaftVoter',
    api: addRaftVoterApi,
    target: 'any',
    request: {
      clusterId: null,
      timeoutMs: cluster.settings.requestTimeoutMs,
      voterId,
      voterDirectoryId: directoryId,
      listeners: [...endpoints],
    },
    handle: (response) => throwIfFailed(response.errorCode, response.errorMessage),
  });
}

/** Takes a voter out of the quorum (KIP-853). */
export function removeRaftVoter(cluster: Cluster, voterId: number, directoryId: Uuid): Promise<void> {
  return callAdmin(cluster, {
    name: 'removeRaftVoter',
    api: removeRaftVoterApi,
    target: 'any',
    request: { clusterId: null, voterId, voterDirectoryId: directoryId },
    handle: (response) => throwIfFailed(response.errorCode, response.errorMessage),
  });
}
