import { describeLogDirs as describeLogDirsApi } from '../../protocol/messages/35-describe-log-dirs.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';

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
