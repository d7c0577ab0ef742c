import { type ProducerId, Reader } from '../primitives.ts';
import { type TableInput } from '../schema.ts';
import { type BatchMeta, singleBatch } from './batch-builder.ts';
import {
  endTxnMarker,
  kRaftVersionRecord,
  leaderChangeMessage,
  snapshotFooterRecord,
  snapshotHeaderRecord,
  votersRecord,
} from './clients.ts';
import { type ControlType, controlKey } from './control-types.ts';

export * from './control-types.ts';

type ControlMeta = Omit<BatchMeta, 'isControl' | 'baseSequence'>;

/** A control batch of one record with an encoded value. */
export function controlBatch(type: ControlType, value: Buffer, timestampMs: number, meta: ControlMeta = {}): Buffer {
  return singleBatch([{ timestampMs, key: controlKey(type), value }], { ...meta, isControl: true });
}

/** The marker that ends a producer's transaction in a partition. */
export function transactionMarker(
  type: 'abort' | 'commit',
  timestampMs: number,
  marker: { producerId: ProducerId; producerEpoch: number; coordinatorEpoch: number; baseOffset?: bigint },
): Buffer {
  const { coordinatorEpoch, ...meta } = marker;
  const value = Buffer.alloc(6); // int16 version 0 before the struct
  endTxnMarker.encode({ coordinatorEpoch }, 0).copy(value, 2);
  return controlBatch(type, value, timestampMs, { ...meta, isTransactional: true });
}

/** The coordinator epoch a transaction marker carries. Throws MalformedBytesError. */
export function readCoordinatorEpoch(value: Buffer): number {
  return endTxnMarker.read(new Reader(value, 2), 0).coordinatorEpoch;
}

/** First record of a leader's epoch in the metadata log. */
export function leaderChangeBatch(
  message: TableInput<typeof leaderChangeMessage>,
  timestampMs: number,
  meta: ControlMeta = {},
): Buffer {
  const version = message.version ?? 0;
  return controlBatch('leaderChange', leaderChangeMessage.encode(message, version), timestampMs, meta);
}

/** First batch of a snapshot. */
export function snapshotHeaderBatch(
  lastContainedLogTimestamp: bigint,
  timestampMs: number,
  meta: ControlMeta = {},
): Buffer {
  const value = snapshotHeaderRecord.encode({ lastContainedLogTimestamp }, 0);
  return controlBatch('snapshotHeader', value, timestampMs, meta);
}

/** Last batch of a snapshot. */
export function snapshotFooterBatch(timestampMs: number, meta: ControlMeta = {}): Buffer {
  return controlBatch('snapshotFooter', snapshotFooterRecord.encode({}, 0), timestampMs, meta);
}

export function kRaftVersionBatch(kRaftVersion: number, timestampMs: number, meta: ControlMeta = {}): Buffer {
  return controlBatch('kRaftVersion', kRaftVersionRecord.encode({ kRaftVersion }, 0), timestampMs, meta);
}

export function votersBatch(
  message: TableInput<typeof votersRecord>,
  timestampMs: number,
  meta: ControlMeta = {},
): Buffer {
  return controlBatch('kRaftVoters', votersRecord.encode(message, 0), timestampMs, meta);
}
