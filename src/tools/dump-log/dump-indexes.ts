import { closeSync, readFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { JavaError } from '../../util/java-error.ts';
import { BatchFile, openToRead } from './batch-file.ts';
import { type Complaints } from './complaints.ts';
import { type DumpEvent } from './events.ts';
import { numberOf } from './file-name.ts';

const OFFSET_ENTRY_BYTES = 8;
const TIME_ENTRY_BYTES = 12;
/** Kafka looks into the last 8 KiB of an index first. */
const WARM_BYTES = 8192;
const CORRUPT = 'org.apache.kafka.storage.internals.log.CorruptIndexException';

export interface IndexOptions {
  /** Only what a broker checks when it starts. */
  readonly isSanityOnly: boolean;
  /** Complaints alone, no entries. */
  readonly isQuiet: boolean;
  readonly maxMessageBytes: number;
}

/** The bytes of an index, Kafka's zeros behind its last entry included. */
class IndexFile {
  readonly path: string;
  readonly baseOffset: bigint;
  readonly bytes: Buffer;
  readonly count: number;
  private readonly entryBytes: number;

  constructor(path: string, entryBytes: number) {
    this.path = path;
    this.baseOffset = numberOf(path);
    closeSync(openToRead(path));
    this.bytes = readFileSync(path);
    this.entryBytes = entryBytes;
    this.count = Math.floor(this.bytes.length / entryBytes);
  }

  at(index: number): number {
    return index * this.entryBytes;
  }
}

/** Throws JavaError: entries and file do not fit together. Source: OffsetIndex.sanityCheck. */
function checkOffsetIndex(index: IndexFile): void {
  const path = resolve(index.path);
  const lastOffset = index.count === 0 ? index.baseOffset : offsetAt(index, index.count - 1, 0);
  if (index.count > 0 && lastOffset < index.baseOffset) {
    const text = `Corrupt index found, index file (${path}) has non-zero size but the last offset is ${lastOffset} which is less than the base offset ${index.baseOffset}`;
    throw new JavaError(CORRUPT, text);
  }
  if (index.bytes.length % OFFSET_ENTRY_BYTES !== 0) {
    const text = `Index file ${path} is corrupt, found ${index.bytes.length} bytes which is neither positive nor a multiple of ${OFFSET_ENTRY_BYTES}`;
    throw new JavaError(CORRUPT, text);
  }
}

/** Source: TimeIndex.sanityCheck. */
function checkTimeIndex(index: IndexFile): void {
  const path = resolve(index.path);
  const about = `Corrupt time index found, time index file (${path}) has non-zero size but the last`;
  if (index.count > 0) {
    const [first, last] = [timestampAt(index, 0), timestampAt(index, index.count - 1)];
    if (last < first)
      throw new JavaError(CORRUPT, `${about} timestamp is ${last} which is less than the first timestamp ${first}`);
    const lastOffset = offsetAt(index, index.count - 1, 8);
    if (lastOffset < index.baseOffset) {
      throw new JavaError(
        CORRUPT,
        `${about} offset is ${lastOffset} which is less than the first offset ${index.baseOffset}`,
      );
    }
  }
  if (index.bytes.length % TIME_ENTRY_BYTES !== 0) {
    const text = `Time index file ${path} is corrupt, found ${index.bytes.length} bytes which is neither positive nor a multiple of ${TIME_ENTRY_BYTES}`;
    throw new JavaError(CORRUPT, text);
  }
}

function offsetAt(index: IndexFile, entry: number, within: number): bigint {
  return index.baseOffset + BigInt(index.bytes.readInt32BE(index.at(entry) + within));
}

function timestampAt(index: IndexFile, entry: number): bigint {
  return index.bytes.readBigInt64BE(index.at(entry));
}

/** Source: DumpLogSegments.dumpIndex. */
export function* dumpOffsetIndex(file: string, options: IndexOptions, complaints: Complaints): Generator<DumpEvent> {
  numberOf(file);
  const records = segmentOf(file);
  try {
    const index = new IndexFile(file, OFFSET_ENTRY_BYTES);
    if (index.count === 0) return yield { kind: 'empty index', file };
    if (options.isSanityOnly) {
      checkOffsetIndex(index);
      return yield { kind: 'sane index', file };
    }
    for (let entry = 0; entry < index.count; entry++) {
      const offset = offsetAt(index, entry, 0);
      const position = index.bytes.readInt32BE(index.at(entry) + 4);
      // Room that is not used yet.
      if (offset === index.baseOffset && entry > 0) return;
      const first = records.batches(position, options.maxMessageBytes).next();
      if (first.done) throw new JavaError('java.util.NoSuchElementException');
      const { lastOffset } = first.value.batch;
      if (lastOffset !== offset) complaints.add('index mismatch', resolve(file), offset, lastOffset);
      if (!options.isQuiet) yield { kind: 'offset index entry', offset, position };
    }
  } finally {
    records.close();
  }
}

/** Source: DumpLogSegments.dumpTimeIndex. */
export function* dumpTimeIndex(file: string, options: IndexOptions, complaints: Complaints): Generator<DumpEvent> {
  numberOf(file);
  const records = segmentOf(file);
  try {
    const offsets = new IndexFile(besides(file, '.index'), OFFSET_ENTRY_BYTES);
    const index = new IndexFile(file, TIME_ENTRY_BYTES);
    if (options.isSanityOnly) {
      checkTimeIndex(index);
      return yield { kind: 'sane index', file };
    }
    let previous = -1n;
    for (let entry = 0; entry < index.count; entry++) {
      const timestampMs = timestampAt(index, entry);
      const offset = offsetAt(index, entry, 8);
      if (offset === index.baseOffset && entry > 0) return;
      compare(records, offsets, { file: resolve(file), timestampMs, offset, previous }, complaints);
      if (!options.isQuiet) yield { kind: 'time index entry', timestampMs, offset };
      previous = timestampMs;
    }
  } finally {
    records.close();
  }
}

interface TimeEntry {
  readonly file: string;
  readonly timestampMs: bigint;
  readonly offset: bigint;
  readonly previous: bigint;
}

function compare(records: BatchFile, offsets: IndexFile, entry: TimeEntry, complaints: Complaints): void {
  const { file, timestampMs, offset, previous } = entry;
  const found = firstBatchTo(records, positionOf(offsets, offset), offset);
  if (found?.lastOffset !== offset) {
    complaints.add('offset not found', file, offset, found?.lastOffset ?? -1n);
    return;
  }
  const cursor = new RecordCursor();
  cursor.reset(found);
  let youngest = -1n;
  while (cursor.next()) {
    const at = found.isLogAppendTime ? found.maxTimestamp : cursor.timestamp();
    if (at > youngest) youngest = at;
  }
  if (youngest !== timestampMs) complaints.add('timestamp mismatch', file, timestampMs, youngest);
  if (previous >= timestampMs) complaints.add('timestamps out of order', file, timestampMs, previous);
}

function firstBatchTo(records: BatchFile, position: number, offset: bigint) {
  for (const { batch } of records.batches(position)) if (batch.lastOffset >= offset) return batch;
  return undefined;
}

/** Where to look for an offset, searched as Kafka does, whose search walks into unused room. Source: AbstractIndex. */
function positionOf(index: IndexFile, target: bigint): number {
  if (index.count === 0) return 0;
  const warm = Math.max(0, index.count - 1 - WARM_BYTES / OFFSET_ENTRY_BYTES);
  const search = (from: number, to: number): number => {
    let [low, high] = [from, to];
    while (low < high) {
      const middle = (low + high + 1) >>> 1;
      const found = offsetAt(index, middle, 0);
      if (found > target) high = middle - 1;
      else if (found < target) low = middle;
      else return middle;
    }
    return low;
  };
  const slot = offsetAt(index, warm, 0) < target ? search(warm, index.count - 1) : undefined;
  if (slot === undefined && offsetAt(index, 0, 0) > target) return 0;
  return index.bytes.readInt32BE(index.at(slot ?? search(0, warm)) + 4);
}

/** The file of the same segment with another ending. */
function besides(file: string, ending: string): string {
  return join(dirname(resolve(file)), `${basename(file).split('.')[0]}${ending}`);
}

function segmentOf(file: string): BatchFile {
  return new BatchFile(besides(file, '.log'));
}
