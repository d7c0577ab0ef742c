import { fstatSync, readSync } from 'node:fs';
import { type Readable } from 'node:stream';
import { setImmediate } from 'node:timers/promises';

const FILE_CHUNK_BYTES = 256 * 1024;

/**
 * The chunks of an input stream, until it ends, the signal fires or `stop` is called; read only as fast as they are used. A chunk
 * is valid until the next one is asked for.
 */
export class StdinChunks implements AsyncIterable<Buffer> {
  private readonly stream: Readable;
  private readonly signal: AbortSignal;
  isStopped = false;

  constructor(stream: Readable, signal: AbortSignal) {
    this.stream = stream;
    this.signal = signal;
  }

  stop(): void {
    this.isStopped = true;
  }

  /** Calls back with each chunk, waiting for the promise before the next. */
  async each(use: (chunk: Buffer) => Promise<void>): Promise<void> {
    for await (const chunk of this) {
      await use(chunk);
      if (this.isStopped || this.signal.aborted) return;
    }
  }

  [Symbol.asyncIterator](): AsyncGenerator<Buffer> {
    const fd = regularFile(this.stream);
    return fd === undefined ? this.streamChunks() : this.fileChunks(fd);
  }

  /** A file is read in place, without a thread's help and without new memory per chunk: it never makes anyone wait long. */
  private async *fileChunks(fd: number): AsyncGenerator<Buffer> {
    const memory = Buffer.allocUnsafeSlow(FILE_CHUNK_BYTES);
    for (;;) {
      const byteCount = readSync(fd, memory, 0, memory.length, null);
      if (byteCount === 0 || this.signal.aborted) return;
      yield memory.subarray(0, byteCount);
      // Sockets and signals have their turn, however fast the chunks are used.
      await setImmediate();
    }
  }

  private async *streamChunks(): AsyncGenerator<Buffer> {
    const { stream, signal } = this;
    if (signal.aborted) return;
    const abort = (): void => void stream.destroy();
    signal.addEventListener('abort', abort, { once: true });
    try {
      for await (const chunk of stream) yield chunk as Buffer;
    } catch (error) {
      // Destroying the stream is how the signal ends the wait for more.
      if (!signal.aborted) throw error;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }
}

/** The descriptor behind a stream that reads a regular file and has not begun to. */
function regularFile(stream: Readable & { fd?: unknown; bytesRead?: unknown }): number | undefined {
  const { fd, bytesRead } = stream;
  const isUntouched = stream.readableFlowing === null && bytesRead === 0;
  return typeof fd === 'number' && isUntouched && fstatSync(fd).isFile() ? fd : undefined;
}
