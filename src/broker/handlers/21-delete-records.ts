/**
 * DeleteRecords v0-2: raises the log start offset of partitions led here; -1 means the high watermark. Beyond it, or
 * another negative offset: OFFSET_OUT_OF_RANGE. A topic that is compacted and not deleted from: POLICY_VIOLATION; an
 * internal one: INVALID_TOPIC_EXCEPTION. Answers the low watermark, -1 with an error.
 */
import { type ErrorName, Errors, KafkaError } from '../../protocol/errors.ts';
import { deleteRecords } from '../../protocol/messages/21-delete-records.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { defineHandler, type Rooms } from './handler.ts';
import { hasPartitions } from './repeated.ts';

const HIGH_WATERMARK = -1n;

function deleteBefore(rooms: Rooms, topic: string, partition: number, offset: Offset): Offset | ErrorName {
  const image = rooms.cluster.topics.get(topic);
  if (!image?.partitions[partition]) return 'UNKNOWN_TOPIC_OR_PARTITION';
  if (image.isInternal) return 'INVALID_TOPIC_EXCEPTION';
  const log = rooms.replicas.leaderLog(topic, partition);
  if (typeof log === 'string') return log;
  if (log.config.cleanupPolicy.compact && !log.config.cleanupPolicy.delete) return 'POLICY_VIOLATION';
  const end = offset === HIGH_WATERMARK ? log.highWatermark : offset;
  if (end < 0n) return 'OFFSET_OUT_OF_RANGE';
  try {
    return log.deleteRecordsBefore(end);
  } catch (error) {
    if (error instanceof KafkaError) return error.error;
    throw error;
  }
}

export const deleteRecordsHandler = defineHandler(deleteRecords, (rooms) => (request) => ({
  topics: request.topics.filter(hasPartitions).map(({ name, partitions }) => ({
    name,
    partitions: partitions.map(({ partitionIndex, offset }) => {
      const outcome = deleteBefore(rooms, name, partitionIndex, offset);
      return typeof outcome === 'bigint'
        ? { partitionIndex, lowWatermark: outcome }
        : { partitionIndex, lowWatermark: -1n, errorCode: Errors[outcome] };
    }),
  })),
}));
