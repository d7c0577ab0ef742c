import { type Reader } from '../../protocol/primitives.ts';
import {
  remoteLogSegmentMetadataRecord,
  remoteLogSegmentMetadataUpdateRecord,
  remotePartitionDeleteMetadataRecord,
} from '../../protocol/records/storage.ts';

const SEGMENT_STATES = [
  'COPY_SEGMENT_STARTED',
  'COPY_SEGMENT_FINISHED',
  'DELETE_SEGMENT_STARTED',
  'DELETE_SEGMENT_FINISHED',
];
const PARTITION_STATES = ['DELETE_PARTITION_MARKED', 'DELETE_PARTITION_STARTED', 'DELETE_PARTITION_FINISHED'];

interface TopicIdPartition {
  readonly name: string;
  readonly id: string;
  readonly partition: number;
}

/** A record of `__remote_log_metadata` as Java prints its object. Throws what a reader throws. */
export function remoteMetadataText(reader: Reader, type: number, version: number): string {
  switch (type) {
    case 0: {
      const one = remoteLogSegmentMetadataRecord.read(reader, version);
      const epochs = one.segmentLeaderEpochs.map(({ leaderEpoch, offset }) => `${leaderEpoch}=${offset}`).join(', ');
      return (
        `RemoteLogSegmentMetadata{remoteLogSegmentId=${segmentId(one.remoteLogSegmentId)}, startOffset=${one.startOffset},` +
        ` endOffset=${one.endOffset}, brokerId=${one.brokerId}, maxTimestampMs=${one.maxTimestampMs},` +
        ` eventTimestampMs=${one.eventTimestampMs}, segmentLeaderEpochs={${epochs}}, segmentSizeInBytes=${one.segmentSizeInBytes},` +
        ` customMetadata=${custom(one.customMetadata)}, state=${SEGMENT_STATES[one.remoteLogSegmentState]},` +
        ` txnIdxEmpty=${one.txnIndexEmpty}}`
      );
    }
    case 1: {
      const one = remoteLogSegmentMetadataUpdateRecord.read(reader, version);
      return (
        `RemoteLogSegmentMetadataUpdate{remoteLogSegmentId=${segmentId(one.remoteLogSegmentId)},` +
        ` customMetadata=${custom(one.customMetadata)}, state=${SEGMENT_STATES[one.remoteLogSegmentState]},` +
        ` eventTimestampMs=${one.eventTimestampMs}, brokerId=${one.brokerId}}`
      );
    }
    case 2: {
      const one = remotePartitionDeleteMetadataRecord.read(reader, version);
      const state = PARTITION_STATES[one.remotePartitionDeleteState];
      return `RemotePartitionDeleteMetadata{topicPartition=${topicIdPartition(one.topicIdPartition)}, state=${state}, eventTimestampMs=${one.eventTimestampMs}, brokerId=${one.brokerId}}`;
    }
    default:
      throw new Error(`Unknown metadata id ${type}`);
  }
}

function topicIdPartition({ id, name, partition }: TopicIdPartition): string {
  return `${id}:${name}-${partition}`;
}

function segmentId({ topicIdPartition: where, id }: { topicIdPartition: TopicIdPartition; id: string }): string {
  return `RemoteLogSegmentId{topicIdPartition=${topicIdPartition(where)}, id=${id}}`;
}

function custom(bytes: Buffer | null): string {
  return bytes === null ? 'Optional.empty' : `Optional[CustomMetadata{${bytes.length} bytes}]`;
}
