import { FrameSizeError } from './errors.ts';

const SIZE_BYTES = 4;
const SMALL_CHUNK_BYTES = 4096;
const SMALL_RUN = 64;

/**
 * Cuts a byte stream into frames (int32 size, then that many bytes), whatever cuts the network made. Chunks handed in
 * belong to the splitter; frames handed out are views on a chunk, or joined once when a frame spans several. Nothing is
 * allocated for an announced size before its bytes are here. Throws FrameSizeError; the stream is lost afterwards.
 */
export class FrameSplitter {
  private readonly maxFrameBytes: number;
  private chunks: Buffer[] = [];
  private head = 0;
  private headAt = 0;
  private buffered = 0;
  private frameBytes = -1;
  private smallRun = 0;

  constructor(maxFrameBytes: number) {
    this.maxFrameBytes = maxFrameBytes;
  }

  /** Bytes received and not yet handed out as frames. */
  get bufferedBytes(): number {
    return this.buffered;
  }

  /** Size of the frame that has begun and is not whole yet; -1 between frames. */
  get announcedBytes(): number {
    return this.frameBytes;
  }

  push(chunk: Buffer): void {
    if (chunk.length === 0) return;
    this.chunks.push(chunk);
    this.buffered += chunk.length;
    // A peer that sends byte by byte would otherwise make us hold a hundred times what it sent.
    this.smallRun = chunk.length < SMALL_CHUNK_BYTES ? this.smallRun + 1 : 0;
    if (this.smallRun >= SMALL_RUN && this.chunks.length - SMALL_RUN > this.head) {
      this.chunks.push(Buffer.concat(this.chunks.splice(this.chunks.length - SMALL_RUN)));
      this.smallRun = 0;
    }
  }

  /** The next whole frame without its size, or null until more bytes come. */
  next(): Buffer | null {
    if (this.frameBytes < 0) {
      if (this.buffered < SIZE_BYTES) return null;
      const size = this.take(SIZE_BYTES).readInt32BE(0);
      if (size < 0 || size > this.maxFrameBytes) throw new FrameSizeError(size, this.maxFrameBytes);
      this.frameBytes = size;
    }
    if (this.buffered < this.frameBytes) return null;
    const frame = this.take(this.frameBytes);
    this.frameBytes = -1;
    return frame;
  }

  /** Forgets what is buffered. */
  clear(): void {
    this.chunks = [];
    this.head = 0;
    this.headAt = 0;
    this.buffered = 0;
    this.smallRun = 0;
  }

  /** The first `byteCount` buffered bytes; they must be there. */
  private take(byteCount: number): Buffer {
    if (byteCount === 0) return Buffer.alloc(0);
    this.buffered -= byteCount;
    const first = this.chunks[this.head] as Buffer;
    const end = this.headAt + byteCount;
    if (end <= first.length) {
      const view = first.subarray(this.headAt, end);
      this.headAt = end;
      this.dropRead();
      return view;
    }
    const joined = Buffer.allocUnsafe(byteCount);
    for (let at = 0; at < byteCount; ) {
      const chunk = this.chunks[this.head] as Buffer;
      const copied = Math.min(chunk.length - this.headAt, byteCount - at);
      chunk.copy(joined, at, this.headAt, this.headAt + copied);
      at += copied;
      this.headAt += copied;
      this.dropRead();
    }
    return joined;
  }

  private dropRead(): void {
    if (this.headAt < (this.chunks[this.head] as Buffer).length) return;
    this.headAt = 0;
    this.head++;
    if (this.head === this.chunks.length) {
      this.chunks = [];
      this.head = 0;
      this.smallRun = 0;
    } else if (this.head >= 1024) {
      this.chunks.splice(0, this.head);
      this.head = 0;
    }
  }
}
