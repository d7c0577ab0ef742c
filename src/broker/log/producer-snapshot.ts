import { MalformedBytesError, Reader } from '../../protocol/primitives.ts';
import { NO_SEQUENCE } from '../../protocol/records/batch.ts';
import { crc32c } from '../../protocol/records/crc32c.ts';
import { producerSnapshot } from '../../protocol/records/storage.ts';
import { ProducerEntry } from './producer-entry.ts';

const VERSION = 1;
/** int16 version and uint32 checksum; the checksum covers what follows (kafka 4.x ProducerStateManager). */
const HEADER_BYTES = 6;

/** Producer state as Kafka's `.snapshot` files hold it: of each producer only the last batch. */
export function encodeProducerSnapshot(entries: Iterable<ProducerEntry>): Buffer {
  const producerEntries = Array.from(entries, (entry) => ({
    producerId: entry.producerId,
    epoch: entry.producerEpoch,
    lastSequence: entry.lastSequence,
    lastOffset: entry.lastBatch?.lastOffset ?? -1n,
    offsetDelta: entry.lastBatch ? Number(entry.lastBatch.lastOffset - entry.lastBatch.firstOffset) : 0,
    timestamp: entry.lastTimestampMs,
    coordinatorEpoch: entry.coordinatorEpoch,
    currentTxnFirstOffset: entry.transactionFirstOffset ?? -1n,
  }));
  const version = Buffer.alloc(2);
  version.writeInt16BE(VERSION);
  const bytes = Buffer.concat([version, producerSnapshot.encode({ crc: 0, producerEntries }, VERSION)]);
  bytes.writeUInt32BE(crc32c(bytes, HEADER_BYTES), 2);
  return bytes;
}

/** Throws MalformedBytesError for a snapshot that is cut, spoilt or of another version. */
export function decodeProducerSnapshot(bytes: Buffer): ProducerEntry[] {
  const reader = new Reader(bytes);
  const version = reader.int16();
  if (version !== VERSION) throw new MalformedBytesError(`producer snapshot of version ${version}`);
  const { crc, producerEntries } = producerSnapshot.read(reader, VERSION);
  if (crc !== crc32c(bytes, HEADER_BYTES)) throw new MalformedBytesError('producer snapshot fails its checksum');
  return producerEntries.map((stored) => {
    const entry = new ProducerEntry(stored.producerId);
    entry.producerEpoch = stored.epoch;
    entry.coordinatorEpoch = stored.coordinatorEpoch;
    entry.lastTimestampMs = stored.timestamp;
    entry.transactionFirstOffset = stored.currentTxnFirstOffset < 0n ? null : stored.currentTxnFirstOffset;
    if (stored.lastOffset >= 0n) {
      entry.batches = [
        {
          firstSequence: decrementSequence(stored.lastSequence, stored.offsetDelta),
          lastSequence: stored.lastSequence,
          firstOffset: stored.lastOffset - BigInt(stored.offsetDelta),
          lastOffset: stored.lastOffset,
          timestampMs: stored.timestamp,
        },
      ];
    }
    return entry;
  });
}

/** Sequences wrap from 2147483647 to 0, so backwards, too. */
function decrementSequence(sequence: number, decrement: number): number {
  if (sequence === NO_SEQUENCE) return NO_SEQUENCE;
  return sequence >= decrement ? sequence - decrement : 0x7fffffff - (decrement - sequence) + 1;
}
