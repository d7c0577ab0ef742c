import { type ProducerId, Reader } from '../primitives.ts';
import { type BatchMeta, singleBatch } from './batch-builder.ts';
import { endTxnMarker } from './clients.ts';
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
