const LINE_FEED = 10;

/** Receives whole lines: bytes from `start` to `end` (exclusive) with a line feed behind each line, the last one included. */
export type LinesSink = (bytes: Buffer, start: number, end: number) => Promise<void>;

/**
 * Cuts a stream of bytes at line feeds. A chunk's whole lines are handed on in place; only a line that spans chunks is put
 * together.
 */
export class WholeLines {
  private readonly sink: LinesSink;
  /** Pieces of a line whose end has not come yet. */
  private parts: Buffer[] = [];

  constructor(sink: LinesSink) {
    this.sink = sink;
  }

  /** The chunk must stay unchanged until the promise resolves; what is kept longer is copied. */
  async push(chunk: Buffer): Promise<void> {
    let start = 0;
    if (this.parts.length > 0) {
      const end = chunk.indexOf(LINE_FEED) + 1;
      if (end === 0) {
        this.parts.push(Buffer.from(chunk));
        return;
      }
      const line = Buffer.concat([...this.parts, chunk.subarray(0, end)]);
      this.parts = [];
      await this.sink(line, 0, line.length);
      start = end;
    }
    const end = chunk.lastIndexOf(LINE_FEED) + 1;
    if (end > start) await this.sink(chunk, start, end);
    const restStart = Math.max(start, end);
    if (restStart < chunk.length) this.parts.push(Buffer.from(chunk.subarray(restStart)));
  }

  /** The last line needs no line feed. */
  async end(): Promise<void> {
    if (this.parts.length === 0) return;
    const line = Buffer.concat([...this.parts, Buffer.from([LINE_FEED])]);
    this.parts = [];
    await this.sink(line, 0, line.length);
  }
}
