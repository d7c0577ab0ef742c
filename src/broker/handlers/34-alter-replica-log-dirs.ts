/**
 * AlterReplicaLogDirs v1-2 (KIP-113): replicas of this broker to other log directories, each with an error of its own. The
 * answer comes when a move has begun; DescribeLogDirs shows the replica twice until it is done. A directory the replica is
 * in already gives up a move under way; another one begins it anew there.
 * LOG_DIR_NOT_FOUND for a path that is none of the broker's, KAFKA_STORAGE_ERROR for a directory that failed,
 * UNKNOWN_TOPIC_OR_PARTITION for a replica that is not here: if it is created later, it is created in that directory.
 */
import { Errors } from '../../protocol/errors.ts';
import { alterReplicaLogDirs } from '../../protocol/messages/34-alter-replica-log-dirs.ts';
import { defineHandler } from './handler.ts';

export const alterReplicaLogDirsHandler = defineHandler(alterReplicaLogDirs, ({ replicas }) => ({ dirs }) => ({
  results: dirs.flatMap(({ path, topics }) =>
    topics.map(({ name, partitions }) => ({
      topicName: name,
      partitions: partitions.map((partitionIndex) => {
        const error = replicas.moveReplica({ topic: name, partition: partitionIndex }, path);
        return { partitionIndex, errorCode: Errors[error] };
      }),
    })),
  ),
}));
