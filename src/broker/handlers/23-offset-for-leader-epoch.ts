/**
 * OffsetForLeaderEpoch v2-4: where an epoch ended, for consumers that check for truncation (KIP-320). The current epoch
 * ends at the log end; an epoch newer than ours is unknown: -1 and -1 without an error.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { offsetForLeaderEpoch } from '../../protocol/messages/23-offset-for-leader-epoch.ts';
import { defineHandler } from './handler.ts';

export const offsetForLeaderEpochHandler = defineHandler(offsetForLeaderEpoch, ({ replicas }) => (request) => ({
  topics: request.topics.map(({ topic, partitions }) => ({
    topic,
    partitions: partitions.map(({ partition, currentLeaderEpoch, leaderEpoch }) => {
      const log = replicas.leaderLog(topic, partition, currentLeaderEpoch);
      if (typeof log === 'string') return { partition, errorCode: Errors[log as ErrorName] };
      return { partition, ...log.endOffsetForLeaderEpoch(leaderEpoch) };
    }),
  })),
}));
