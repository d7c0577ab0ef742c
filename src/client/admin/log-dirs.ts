import { alterReplicaLogDirs as alterReplicaLogDirsApi } from '../../protocol/messages/34-alter-replica-log-dirs.ts';
import { describeLogDirs as describeLogDirsApi } from '../../protocol/messages/35-describe-log-dirs.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';
import { type TopicPartition } from './partition-leaders.ts';

export interface LogDirReplica {
  readonly topic: string;
  readonly partition: number;
  readonly sizeBytes: bigint;
  readonly offsetLag: bigint;
  readonly isFuture: boolean;
}

export interface LogDir extends Outcome {
  readonly path: string;
  /** -1: unknown. */
  readonly totalBytes: bigint;
  readonly usableBytes: bigint;
  readonly isCordoned: boolean;
  readonly replicas: readonly LogDirReplica[];
}

/** Log directories of one broker with all replicas in them. */
export function describeLogDirs(cluster: Cluster, brokerId: number): Promise<LogDir[]> {
  return callAdmin(cluster, {
    name: 'describeLogDirs',
    api: describeLogDirsApi,
    target: { node: brokerId },
    request: { topics: null },
    handle(response): LogDir[] {
      // Java: no directories at all means no right to see them, unless the answer has a code.
      throwIfFailed(response.errorCode);
      return response.results.map((one) => ({
        path: one.logDir,
        error: failureOf(one.errorCode),
        totalBytes: one.totalBytes,
        usableBytes: one.usableBytes,
        isCordoned: one.isCordoned,
        replicas: one.topics.flatMap(({ name, partitions }) =>
          partitions.map(({ partitionIndex, partitionSize, offsetLag, isFutureKey }) => ({
            topic: name,
            partition: partitionIndex,
            sizeBytes: partitionSize,
            offsetLag,
            isFuture: isFutureKey,
          })),
        ),
      }));
    },
  });
}

export interface ReplicaMove extends TopicPartition {
  readonly logDir: string;
}

/** Has a broker move replicas to other directories of its own; outcomes in the order of the answer. */
export function alterReplicaLogDirs(
  cluster: Cluster,
  brokerId: number,
  moves: readonly ReplicaMove[],
): Promise<(TopicPartition & Outcome)[]> {
  return callAdmin(cluster, {
    name: 'alterReplicaLogDirs',
    api: alterReplicaLogDirsApi,
    target: { node: brokerId },
    request: {
      dirs: [...Map.groupBy(moves, ({ logDir }) => logDir)].map(([path, inPath]) => ({
        path,
        topics: [...Map.groupBy(inPath, ({ topic }) => topic)].map(([name, all]) => ({
          name,
          partitions: all.map(({ partition }) => partition),
        })),
      })),
    },
    handle: ({ results }) =>
      results.flatMap(({ topicName, partitions }) =>
        partitions.map(({ partitionIndex, errorCode }) => {
          return { topic: topicName, partition: partitionIndex, error: failureOf(errorCode) };
        }),
      ),
  });
}
