/**
 * DescribeLogDirs v1-5: each log directory with the replicas in it and their sizes in bytes, as the segments are on disk.
 * Topics null asks for all. A replica that moves here is there as a future one, with the records it lacks. A failed
 * directory: KAFKA_STORAGE_ERROR and no replicas. v4 adds the disk's total and usable bytes (-1: unknown), v5 whether the
 * directory is cordoned: it gets no new replicas (KIP-1066), and topics are not created while all are.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeLogDirs } from '../../protocol/messages/35-describe-log-dirs.ts';
import { defineHandler } from './handler.ts';

interface DescribedPartition {
  readonly partitionIndex: number;
  readonly partitionSize: bigint;
  readonly offsetLag: bigint;
  readonly isFutureKey: boolean;
}

export const describeLogDirsHandler = defineHandler(describeLogDirs, ({ cluster, replicas }) => ({ topics }) => {
  const wanted = topics && new Map(topics.map(({ topic, partitions }) => [topic, new Set(partitions)]));
  const results = replicas.describeLogDirs().map(({ path, isOffline, partitions, totalBytes, usableBytes }) => {
    const byTopic = new Map<string, DescribedPartition[]>();
    for (const { topic, partition, sizeInBytes, offsetLag, isFuture } of partitions) {
      if (wanted && !wanted.get(topic)?.has(partition)) continue;
      const inTopic = byTopic.get(topic) ?? [];
      byTopic.set(topic, inTopic);
      inTopic.push({ partitionIndex: partition, partitionSize: BigInt(sizeInBytes), offsetLag, isFutureKey: isFuture });
    }
    return {
      errorCode: isOffline ? Errors.KAFKA_STORAGE_ERROR : Errors.NONE,
      logDir: path,
      topics: [...byTopic].map(([name, found]) => ({ name, partitions: found })),
      totalBytes: totalBytes ?? -1n,
      usableBytes: usableBytes ?? -1n,
      isCordoned: cluster.isCordoned(path),
    };
  });
  return { results };
});
