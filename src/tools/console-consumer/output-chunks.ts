import { type Writable } from 'node:stream';

const CHUNK_BYTES = 128 * 1024;
/** This many chunks may be on their way before the writer has to wait. */
const MAX_PENDING = 2;

/**
 * Output collected in reused buffers and written in whole chunks. `buffer` and `at` are open to writers of the hot path: call
 * `reserve`, write at `at`, move it. Everything written before a `flush` has been handed to the stream when it returns.
 */
export class OutputChunks {
  /** The chunk being filled; may be another one after each `reserve`. */
  buffer: Buffer = Buffer.allocUnsafe(CHUNK_BYTES);
  at = 0;
  private readonly stream: Writable;
  private readonly spare: Buffer[] = [];
  private pending = 0;
  private failure: Error | null = null;
  private resume: (() => void) | null = null;
  private readonly onBroken: () => void;
  private readonly onError = (error: Error): void => this.fail(error);

  /** `onBroken` is called once, when the first write fails. */
  constructor(stream: Writable, onBroken: () => void = () => undefined) {
    this.stream = stream;
    this.onBroken = onBroken;
    stream.on('error', this.onError);
  }

  /** The reader went away, or the stream failed: nothing more arrives. */
  get isBroken(): boolean {
    return this.failure !== null;
  }

  /** Time to wait for `drained` before more is made. */
  get isFull(): boolean {
    return this.pending >= MAX_PENDING;
  }

  /** Nothing is on its way. */
  get isEmpty(): boolean {
    return this.pending === 0 && this.at === 0;
  }

  /** Makes room for that many bytes in one piece. */
  reserve(byteCount: number): void {
    if (byteCount <= this.buffer.length - this.at) return;
    this.flush();
    if (byteCount > this.buffer.length) this.buffer = Buffer.allocUnsafe(byteCount);
  }

  bytes(source: Buffer, start: number, end: number): void {
    this.reserve(end - start);
    source.copy(this.buffer, this.at, start, end);
    this.at += end - start;
  }

  all(source: Buffer): void {
    this.bytes(source, 0, source.length);
  }

  text(text: string): void {
    // A UTF-16 unit makes three bytes of UTF-8 at most.
    this.reserve(text.length * 3);
    this.at += this.buffer.write(text, this.at, 'utf8');
  }

  /** Hands what is there to the stream. */
  flush(): void {
    if (this.at === 0) return;
    const full = this.buffer;
    const chunk = full.subarray(0, this.at);
    this.at = 0;
    this.pending++;
    this.buffer = this.spare.pop() ?? Buffer.allocUnsafe(CHUNK_BYTES);
    if (this.failure) {
      this.written(full, null);
      return;
    }
    this.stream.write(chunk, (error) => this.written(full, error ?? null));
  }

  /** Waits until the stream has taken nearly everything, or has failed. */
  async drained(): Promise<void> {
    while (this.isFull && !this.isBroken) await this.nextWritten();
  }

  /** Flushes and waits until the stream has taken everything, or has failed. */
  async finish(): Promise<void> {
    this.flush();
    while (this.pending > 0 && !this.isBroken) await this.nextWritten();
  }

  /** The stream is used by others again. */
  release(): void {
    this.stream.off('error', this.onError);
  }

  private nextWritten(): Promise<void> {
    return new Promise((resolve) => {
      this.resume = resolve;
    });
  }

  private written(buffer: Buffer, error: Error | null): void {
    this.pending--;
    if (buffer.length === CHUNK_BYTES && this.spare.length < MAX_PENDING) this.spare.push(buffer);
    if (error) this.fail(error);
    else this.resume?.();
  }

  private fail(error: Error): void {
    const isFirst = this.failure === null;
    this.failure ??= error;
    this.resume?.();
    if (isFirst) this.onBroken();
  }
}
