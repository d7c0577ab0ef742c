import { MalformedBytesError } from '../../protocol/primitives.ts';
import { BATCH_AT, BATCH_HEADER_BYTES, LOG_OVERHEAD, MAGIC, RecordBatch } from '../../protocol/records/batch.ts';
import { type PooledFile } from './file-pool.ts';
import { type LogContext } from './log-context.ts';

/** Bytes read at once when whole batches are walked. */
const CHUNK_BYTES = 256 * 1024;

function checkedSize(window: Buffer, at: number, position: number): number {
  const size = LOG_OVERHEAD + window.readInt32BE(at + BATCH_AT.length);
  if (size < BATCH_HEADER_BYTES) throw new MalformedBytesError(`record batch of ${size} bytes at position ${position}`);
  if (window.readInt8(at + BATCH_AT.magic) !== MAGIC) {
    throw new MalformedBytesError(
      `record batch of magic ${window.readInt8(at + BATCH_AT.magic)} at position ${position}`,
    );
  }
  return size;
}

/**
 * Walks batch headers of a log file without reading the records. Uses the shared scratch buffer: no two walks at a time.
 * A tail that is no whole batch ends the walk. Throws MalformedBytesError when what lies there is no batch.
 */
export class HeaderScan {
  /** Of the batch the walk stands at. */
  position: number;
  sizeInBytes = 0;
  /** Header fields of the batch the walk stands at; the records are not there. */
  header: RecordBatch;

  private readonly file: PooledFile;
  private readonly scratch: Buffer;
  private readonly end: number;
  private windowStart = 0;
  private windowBytes = 0;

  constructor(context: LogContext, file: PooledFile, from: number, end: number) {
    this.file = file;
    this.scratch = context.scratch;
    this.position = from;
    this.end = end;
    this.header = new RecordBatch(context.scratch, 0);
  }

  next(): boolean {
    const position = this.position + this.sizeInBytes;
    this.position = position;
    this.sizeInBytes = 0;
    if (this.end - position < BATCH_HEADER_BYTES) return false;
    if (position + BATCH_HEADER_BYTES > this.windowStart + this.windowBytes) {
      const wanted = Math.min(this.scratch.length, this.end - position);
      this.windowStart = position;
      this.windowBytes = this.file.read(this.scratch, 0, wanted, position);
      if (this.windowBytes < BATCH_HEADER_BYTES) return false;
    }
    const at = position - this.windowStart;
    const size = checkedSize(this.scratch, at, position);
    if (size > this.end - position) return false;
    this.sizeInBytes = size;
    this.header = new RecordBatch(this.scratch, at);
    return true;
  }
}

/** Walks whole batches of a log file; each stays valid until the next step. A tail that is no whole batch ends the walk. */
export class BatchReader {
  /** Behind the last batch that was returned. */
  end: number;

  private readonly file: PooledFile;
  private readonly limit: number;
  private window = Buffer.alloc(0);
  private windowStart = 0;
  private windowBytes = 0;

  constructor(file: PooledFile, from: number, limit: number) {
    this.file = file;
    this.end = from;
    this.limit = limit;
  }

  /** Null at the end. Throws MalformedBytesError when what lies there is no batch. */
  next(): RecordBatch | null {
    const position = this.end;
    if (this.limit - position < BATCH_HEADER_BYTES || !this.fill(position, BATCH_HEADER_BYTES)) return null;
    const size = checkedSize(this.window, position - this.windowStart, position);
    if (size > this.limit - position || !this.fill(position, size)) return null;
    this.end = position + size;
    return new RecordBatch(this.window, position - this.windowStart);
  }

  /** Makes sure that the window holds those bytes; false when the file ends before. */
  private fill(position: number, byteCount: number): boolean {
    if (position >= this.windowStart && position + byteCount <= this.windowStart + this.windowBytes) return true;
    const wanted = Math.min(Math.max(byteCount, CHUNK_BYTES), this.limit - position);
    if (this.window.length < wanted) this.window = Buffer.allocUnsafeSlow(wanted);
    this.windowStart = position;
    this.windowBytes = this.file.read(this.window, 0, wanted, position);
    return this.windowBytes >= byteCount;
  }
}
