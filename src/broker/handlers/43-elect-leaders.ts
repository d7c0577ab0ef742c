/**
 * ElectLeaders v0-2 (KIP-183, KIP-460): makes preferred replicas, or with v1 any replica, lead. Null partitions: all
 * topics, with the partitions that have something to tell. On one node the only replica leads already: ELECTION_NOT_NEEDED.
 */
import { ElectionType } from '../../protocol/enums.ts';
import { ERRORS, type ErrorName, Errors } from '../../protocol/errors.ts';
import { electLeaders } from '../../protocol/messages/43-elect-leaders.ts';
import { type ApiRequest } from '../../protocol/schema.ts';
import { defineHandler, type Rooms } from './handler.ts';

interface Outcome {
  readonly error: ErrorName;
  readonly text: string | null;
}

function elect(topic: string, partition: number, electionType: number, { cluster }: Rooms): Outcome {
  const image = cluster.topics.get(topic);
  if (!image) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', text: `No such topic as ${topic}` };
  const one = image.partitions[partition];
  if (!one) return { error: 'UNKNOWN_TOPIC_OR_PARTITION', text: `No such partition as ${topic}-${partition}` };
  const isDone = electionType === ElectionType.PREFERRED ? one.leader === one.replicas[0] : one.leader >= 0;
  if (isDone) return { error: 'ELECTION_NOT_NEEDED', text: ERRORS.ELECTION_NOT_NEEDED.text };
  const error =
    electionType === ElectionType.PREFERRED ? 'PREFERRED_LEADER_NOT_AVAILABLE' : 'ELIGIBLE_LEADERS_NOT_AVAILABLE';
  return { error, text: 'The leader is not available.' };
}

export const electLeadersHandler = defineHandler(electLeaders, (rooms) => (request) => {
  if (request.electionType !== ElectionType.PREFERRED && request.electionType !== ElectionType.UNCLEAN) {
    return refused(request);
  }
  const results = wanted(request, rooms).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.flatMap((partitionId) => {
      const { error, text } = elect(topic, partitionId, request.electionType, rooms);
      if (request.topicPartitions === null && error === 'ELECTION_NOT_NEEDED') return [];
      return [{ partitionId, errorCode: Errors[error], errorMessage: text }];
    }),
  }));
  return { replicaElectionResults: results };
});

function refused({ electionType, topicPartitions }: ApiRequest<typeof electLeaders>) {
  const errorCode = topicPartitions?.length === 0 ? Errors.NONE : Errors.INVALID_REQUEST;
  const errorMessage = `Unknown election type ${electionType}`;
  const replicaElectionResults = (topicPartitions ?? []).map(({ topic, partitions }) => ({
    topic,
    partitionResult: partitions.map((partitionId) => ({ partitionId, errorCode, errorMessage })),
  }));
  return { errorCode, replicaElectionResults };
}

function wanted({ topicPartitions }: ApiRequest<typeof electLeaders>, { cluster }: Rooms) {
  if (topicPartitions !== null) return topicPartitions;
  return [...cluster.topics.values()].map(({ name, partitions }) => ({
    topic: name,
    partitions: partitions.map(({ partition }) => partition),
  }));
}
