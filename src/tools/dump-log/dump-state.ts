import { closeSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { MalformedBytesError, Reader } from '../../protocol/primitives.ts';
import { crc32c } from '../../protocol/records/crc32c.ts';
import { producerSnapshot } from '../../protocol/records/storage.ts';
import { JavaError } from '../../util/java-error.ts';
import { openToRead } from './batch-file.ts';
import { type DumpEvent, type ProducerEvent } from './events.ts';
import { numberOf } from './file-name.ts';

const ABORTED_BYTES = 34;
const SNAPSHOT_VERSION = 1;
/** int16 version and uint32 checksum; the checksum covers what follows. */
const SNAPSHOT_HEADER_BYTES = 6;
const LARGEST_SEQUENCE = 0x7fffffff;

/** Source: DumpLogSegments.dumpTxnIndex. */
export function* dumpTransactionIndex(file: string): Generator<DumpEvent> {
  numberOf(file);
  if (!existsSync(file)) return;
  const bytes = readFileSync(file);
  for (let at = 0; bytes.length - at >= ABORTED_BYTES; at += ABORTED_BYTES) {
    const version = bytes.readInt16BE(at);
    if (version > 0) {
      const text = `Unexpected aborted transaction version ${version} in transaction index ${resolve(file)}, current version is 0`;
      throw new JavaError('org.apache.kafka.common.KafkaException', text);
    }
    yield {
      kind: 'aborted transaction',
      version,
      producerId: bytes.readBigInt64BE(at + 2),
      firstOffset: bytes.readBigInt64BE(at + 10),
      lastOffset: bytes.readBigInt64BE(at + 18),
      lastStableOffset: bytes.readBigInt64BE(at + 26),
    };
  }
}

/** Source: DumpLogSegments.dumpProducerIdSnapshot, ProducerStateManager.readSnapshot. */
export function* dumpProducers(file: string): Generator<DumpEvent> {
  closeSync(openToRead(file));
  const bytes = readFileSync(file);
  try {
    const reader = new Reader(bytes);
    const version = reader.int16();
    if (version !== SNAPSHOT_VERSION) {
      return yield unreadable(`Snapshot contained an unknown file version ${version}`);
    }
    const { crc, producerEntries } = producerSnapshot.read(reader, version);
    const computed = crc32c(bytes, SNAPSHOT_HEADER_BYTES);
    if (crc !== computed) {
      const reason = `Snapshot is corrupt (CRC is no longer valid). Stored crc: ${crc}. Computed crc: ${computed}`;
      return yield { kind: 'corrupt snapshot', reason };
    }
    for (const one of producerEntries) yield producerEvent(one);
  } catch (error) {
    if (!(error instanceof MalformedBytesError)) throw error;
    yield unreadable(reasonOf(error, bytes));
  }
}

function unreadable(reason: string): DumpEvent {
  return { kind: 'corrupt snapshot', reason: `Snapshot failed schema validation: ${reason}` };
}

/** Java counts the entries before it reads them, and has no words for a file that ends too soon. */
function reasonOf({ message }: MalformedBytesError, bytes: Buffer): string {
  const count = /^count (\d+)$/.exec(message)?.[1];
  if (count === undefined) return 'null';
  const left = bytes.length - SNAPSHOT_HEADER_BYTES - 4;
  return `Tried to allocate a collection of size ${count}, but there are only ${left} bytes remaining.`;
}

function producerEvent(one: ReturnType<typeof producerSnapshot.read>['producerEntries'][number]): ProducerEvent {
  const { lastSequence, lastOffset, offsetDelta, timestamp } = one;
  const firstSequence =
    lastSequence >= offsetDelta ? lastSequence - offsetDelta : LARGEST_SEQUENCE - (offsetDelta - lastSequence) + 1;
  return {
    kind: 'producer',
    producerId: one.producerId,
    producerEpoch: one.epoch,
    coordinatorEpoch: one.coordinatorEpoch,
    transactionFirstOffset: one.currentTxnFirstOffset < 0n ? null : one.currentTxnFirstOffset,
    lastTimestampMs: timestamp,
    lastBatch:
      lastOffset < 0n ? null : { firstSequence, lastSequence, lastOffset, offsetDelta, timestampMs: timestamp },
  };
}
