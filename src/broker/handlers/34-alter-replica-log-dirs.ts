/**
 * AlterReplicaLogDirs v1-2 (KIP-113): replicas of this broker to other log directories, each with an error of its own.
 * LOG_DIR_NOT_FOUND for a path that is none of the broker's, UNKNOWN_TOPIC_OR_PARTITION for what it does not hold,
 * KAFKA_STORAGE_ERROR for a directory that failed; a replica that is there already: NONE.
 * **Not served**: moving to another directory, as logs stay where they are: KAFKA_STORAGE_ERROR.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { alterReplicaLogDirs } from '../../protocol/messages/34-alter-replica-log-dirs.ts';
import { defineHandler } from './handler.ts';

export const alterReplicaLogDirsHandler = defineHandler(alterReplicaLogDirs, ({ replicas }) => ({ dirs }) => {
  const logDirs = replicas.describeLogDirs();
  const holds = (logDir: (typeof logDirs)[number], topic: string, partition: number) =>
    logDir.partitions.some((one) => one.topic === topic && one.partition === partition);
  const judge = (path: string, topic: string, partition: number): ErrorName => {
    const wanted = logDirs.find((one) => one.path === path);
    if (!wanted) return 'LOG_DIR_NOT_FOUND';
    if (wanted.isOffline) return 'KAFKA_STORAGE_ERROR';
    if (holds(wanted, topic, partition)) return 'NONE';
    return logDirs.some((one) => holds(one, topic, partition)) ? 'KAFKA_STORAGE_ERROR' : 'UNKNOWN_TOPIC_OR_PARTITION';
  };
  return {
    results: dirs.flatMap(({ path, topics }) =>
      topics.map(({ name, partitions }) => ({
        topicName: name,
        partitions: partitions.map((partitionIndex) => {
          return { partitionIndex, errorCode: Errors[judge(path, name, partitionIndex)] };
        }),
      })),
    ),
  };
});
