import { CompressionType } from '../../../src/protocol/enums.ts';
import { type BatchMeta, RecordBatch, singleBatch } from '../../../src/protocol/records/index.ts';

/** A Tuesday in November 2023: fixed, so that two runs store the same bytes. */
export const TIME = 1_700_000_000_000;

/** One batch with a record per value, at TIME, TIME + 1, ... */
export function batchOf(values: readonly string[], meta: BatchMeta = {}, timestampMs = TIME): Buffer {
  return singleBatch(
    values.map((value, i) => ({ timestampMs: timestampMs + i, key: Buffer.from(`k${i}`), value: Buffer.from(value) })),
    meta,
  );
}

export function idempotentBatch(producerId: bigint, producerEpoch: number, baseSequence: number, count = 1): Buffer {
  const values = Array.from({ length: count }, (_, i) => `s${baseSequence + i}`);
  return batchOf(values, { producerId, producerEpoch, baseSequence });
}

/** A batch with some of its header bytes overwritten and its checksum made right again. */
export function patchedBatch(patch: (bytes: Buffer) => void, batch = batchOf(['a', 'b'])): Buffer {
  patch(batch);
  new RecordBatch(batch).updateCrc();
  return batch;
}

export const AT = { magic: 16, crc: 17, attributes: 21, lastOffsetDelta: 23, baseTimestamp: 27, count: 57 } as const;
export const ZSTD = CompressionType.ZSTD;
