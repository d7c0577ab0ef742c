/**
 * AlterReplicaLogDirs v1-2 (KIP-113): replicas of this broker to other log directories, each with an error of its own. The
 * answer comes when a move has begun; DescribeLogDirs shows the replica twice until it is done. A directory the replica is
 * in already gives up a move under way; another one begins it anew there.
 * LOG_DIR_NOT_FOUND for a path that is none of the broker's, KAFKA_STORAGE_ERROR for a directory that failed,
 * INVALID_REPLICA_ASSIGNMENT for one that is cordoned (KIP-1066), even if the replica is there,
 * INVALID_TOPIC_EXCEPTION, before all others, where the name of the copy's directory would not fit a file system;
 * UNKNOWN_TOPIC_OR_PARTITION for a replica that is not here: if it is created later, it is created in that directory.
 */
import { Errors } from '../../protocol/errors.ts';
import { alterReplicaLogDirs } from '../../protocol/messages/34-alter-replica-log-dirs.ts';
import { defineHandler } from './handler.ts';

/** "TOPIC-PARTITION.UUID-future": what the copy is called as long as it is one (kafka 4.x UnifiedLog, KAFKA-4893). */
const COPY_SUFFIX_CHARS = '.'.length + 32 + '-future'.length;
const MAX_DIRECTORY_CHARS = 255;

const isTooLong = (topic: string, partition: number) =>
  `${topic}-${partition}`.length + COPY_SUFFIX_CHARS > MAX_DIRECTORY_CHARS;

export const alterReplicaLogDirsHandler = defineHandler(alterReplicaLogDirs, ({ replicas }) => ({ dirs }) => ({
  results: dirs.flatMap(({ path, topics }) =>
    topics.map(({ name, partitions }) => ({
      topicName: name,
      partitions: partitions.map((partitionIndex) => {
        if (isTooLong(name, partitionIndex)) return { partitionIndex, errorCode: Errors.INVALID_TOPIC_EXCEPTION };
        const error = replicas.moveReplica({ topic: name, partition: partitionIndex }, path);
        return { partitionIndex, errorCode: Errors[error] };
      }),
    })),
  ),
}));
