import { ElectionType } from '../../protocol/enums.ts';
import { type KafkaError } from '../../protocol/errors.ts';
import { electLeaders as electLeadersApi } from '../../protocol/messages/43-elect-leaders.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, throwIfFailed } from './outcome.ts';
import { type TopicPartition } from './partition-leaders.ts';

export interface ElectionOutcome extends TopicPartition {
  /** Null: there is a new leader. ELECTION_NOT_NEEDED: the right one leads already. */
  readonly error: KafkaError | null;
}

/** Elects leaders; `all` gives outcomes only for partitions where there was something to do. In the order of the answer. */
export function electLeaders(
  cluster: Cluster,
  electionType: 'PREFERRED' | 'UNCLEAN',
  partitions: readonly TopicPartition[] | 'all',
): Promise<ElectionOutcome[]> {
  const isPreferred = electionType === 'PREFERRED';
  return callAdmin(cluster, {
    name: 'electLeaders',
    api: electLeadersApi,
    target: 'controller',
    // v0 knows but one type of election.
    ...(isPreferred ? {} : { minVersion: 1 }),
    request: (version) => ({
      ...(version >= 1 ? { electionType: isPreferred ? ElectionType.PREFERRED : ElectionType.UNCLEAN } : {}),
      topicPartitions: partitions === 'all' ? null : byTopic(partitions),
      timeoutMs: cluster.settings.requestTimeoutMs,
    }),
    handle(response, version) {
      if (version >= 1) throwIfFailed(response.errorCode);
      return response.replicaElectionResults.flatMap(({ topic, partitionResult }) =>
        partitionResult.map(({ partitionId, errorCode, errorMessage }) => ({
          topic,
          partition: partitionId,
          error: failureOf(errorCode, errorMessage),
        })),
      );
    },
  });
}

function byTopic(partitions: readonly TopicPartition[]) {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([topic, members]) => ({
    topic,
    partitions: members.map(({ partition }) => partition),
  }));
}
