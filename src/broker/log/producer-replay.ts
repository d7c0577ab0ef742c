import { type Offset } from '../../protocol/primitives.ts';
import { RecordBatch } from '../../protocol/records/batch.ts';
import { type LogSegment } from './log-segment.ts';
import { type ProducerState } from './producer-state.ts';

/**
 * Brings the producer state to `endOffset`: from the latest usable snapshot, then by the batches behind it. Takes snapshots
 * at the beginnings of the last two segments on the way, so that the next crash costs less. `firstOffset` is where the first
 * segment begins: producers below the log start offset are kept while their batches are on disk (KIP-360).
 * Source: kafka 4.x UnifiedLog.rebuildProducerState.
 */
export function rebuildProducers(
  producers: ProducerState,
  segments: readonly LogSegment[],
  firstOffset: Offset,
  endOffset: Offset,
): void {
  producers.reload(firstOffset, endOffset);
  const snapshotBases = new Set(segments.slice(-2).map((segment) => segment.baseOffset));
  segments.forEach((segment, index) => {
    const segmentEnd = segments[index + 1]?.baseOffset ?? endOffset;
    if (segmentEnd <= producers.mapEndOffset || segment.baseOffset >= endOffset) return;
    if (segment.baseOffset > producers.mapEndOffset) producers.mapEndOffset = segment.baseOffset;
    if (snapshotBases.has(segment.baseOffset)) producers.takeSnapshot();
    replaySegment(producers, segment, endOffset);
  });
  producers.mapEndOffset = endOffset;
}

/** Headers tell everything but what a marker decides. */
function replaySegment(producers: ProducerState, segment: LogSegment, endOffset: Offset): void {
  const from = producers.mapEndOffset;
  const scan = segment.scan(segment.indexes.positionBefore(from));
  while (scan.next()) {
    const { header, position, sizeInBytes } = scan;
    if (header.baseOffset >= endOffset) return;
    if (header.lastOffset < from) continue;
    const batch = header.isControl ? new RecordBatch(segment.bytesAt(position, sizeInBytes)) : header;
    const completed = producers.replay(batch);
    if (completed) producers.transactions.complete(completed);
  }
}
