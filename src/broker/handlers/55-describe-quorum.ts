/**
 * DescribeQuorum v0-2: leader, epoch and members of the controller quorum. v1 times of the last fetch, v2 directory ids,
 * the members' addresses and texts.
 * Asked for anything but partition 0 of __cluster_metadata: UNKNOWN_TOPIC_OR_PARTITION for that partition.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeQuorum } from '../../protocol/messages/55-describe-quorum.ts';
import { METADATA_TOPIC } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';

const FIRST_NODES_VERSION = 2;

export const describeQuorumHandler = defineHandler(describeQuorum, (rooms) => ({ topics }, { apiVersion }) => {
  const { cluster, clock } = rooms;
  const { leaderId, leaderEpoch, logEndOffset, highWatermark, voters } = cluster.quorum;
  const now = BigInt(clock.now());
  const currentVoters = voters.map(({ nodeId, directoryId }) => {
    const isLeader = nodeId === leaderId;
    return {
      replicaId: nodeId,
      replicaDirectoryId: directoryId,
      logEndOffset: isLeader ? logEndOffset : -1n,
      lastFetchTimestamp: isLeader ? now : -1n,
      lastCaughtUpTimestamp: isLeader ? now : -1n,
    };
  });
  const known = { errorMessage: '', leaderId, leaderEpoch, highWatermark, currentVoters };
  const nodes = voters.map(({ nodeId, endpoints }) => ({ nodeId, listeners: endpoints }));
  const errorCode = Errors.UNKNOWN_TOPIC_OR_PARTITION;
  return {
    errorMessage: '',
    topics: topics.map(({ topicName, partitions }) => ({
      topicName,
      partitions: partitions.map(({ partitionIndex }) => {
        const isKnown = topicName === METADATA_TOPIC && partitionIndex === 0;
        return isKnown ? { partitionIndex, ...known } : { partitionIndex, errorCode, errorMessage: null };
      }),
    })),
    nodes: apiVersion < FIRST_NODES_VERSION ? [] : nodes,
  };
});
