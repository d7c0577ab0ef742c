import { closeSync, fstatSync, openSync, readSync } from 'node:fs';
import { RecordBatch } from '../../protocol/records/batch.ts';
import { JavaError } from '../../util/java-error.ts';

const LOG_OVERHEAD = 12;
/** Up to the magic byte: less than this is no batch. */
const HEADER_BYTES = 17;
const SMALLEST_LEGACY_RECORD = 14;
const MAGIC_AT = 16;
const OLDEST_MAGIC = 2;

export interface PlacedBatch {
  readonly batch: RecordBatch;
  readonly position: number;
}

/** A segment (or snapshot), read a batch at a time. Source: Java's FileRecords and FileLogInputStream. */
export class BatchFile {
  readonly path: string;
  readonly sizeBytes: number;
  private readonly descriptor: number;

  /** Throws JavaError as java.nio does. */
  constructor(path: string) {
    this.path = path;
    this.descriptor = openToRead(path);
    this.sizeBytes = fstatSync(this.descriptor).size;
  }

  /** Whole batches from `position` within `maxBytes`; what is left over ends them. */
  *batches(position = 0, maxBytes = Number.MAX_SAFE_INTEGER): Generator<PlacedBatch> {
    if (position > this.sizeBytes) {
      const file = `FileRecords(size=${this.sizeBytes}, file=${this.path}, start=0, end=2147483647)`;
      const text = `Slice from position ${position} exceeds end position of ${file}`;
      throw new JavaError('java.lang.IllegalArgumentException', text);
    }
    const end = Math.min(this.sizeBytes, position + maxBytes);
    for (let at = position; at < end - HEADER_BYTES; ) {
      const header = this.read(at, HEADER_BYTES);
      const length = header.readInt32BE(8);
      if (length < SMALLEST_LEGACY_RECORD) {
        const text = `Found record size ${length} smaller than minimum record overhead (${SMALLEST_LEGACY_RECORD}) in file ${this.path}.`;
        throw new JavaError('org.apache.kafka.common.errors.CorruptRecordException', text);
      }
      const sizeBytes = LOG_OVERHEAD + length;
      if (at > end - sizeBytes) return;
      const magic = header.readInt8(MAGIC_AT);
      if (magic < OLDEST_MAGIC) {
        const text = `Batches of message format ${magic} (Kafka before 0.11) are not read here: ${this.path} at ${at}`;
        throw new JavaError('org.apache.kafka.common.errors.UnsupportedVersionException', text);
      }
      yield { batch: new RecordBatch(this.read(at, sizeBytes)), position: at };
      at += sizeBytes;
    }
  }

  close(): void {
    closeSync(this.descriptor);
  }

  private read(position: number, length: number): Buffer {
    const buffer = Buffer.allocUnsafe(length);
    for (let done = 0; done < length; ) {
      const count = readSync(this.descriptor, buffer, done, length - done, position + done);
      if (count === 0) throw new JavaError('java.io.EOFException', `Failed to read ${length} bytes of ${this.path}`);
      done += count;
    }
    return buffer;
  }
}

/** Java names a file that cannot be opened by its path. */
export function openToRead(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    const exception = code === 'EACCES' ? 'AccessDeniedException' : 'NoSuchFileException';
    throw new JavaError(`java.nio.file.${exception}`, path, error);
  }
}
