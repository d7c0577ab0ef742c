import { type Readable } from 'node:stream';

/** The chunks of an input stream, until it ends, the signal fires or `stop` is called; read only as fast as they are used. */
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

  async *[Symbol.asyncIterator](): AsyncGenerator<Buffer> {
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
