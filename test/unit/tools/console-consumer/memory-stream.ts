import { Writable } from 'node:stream';

/** Takes everything, or holds writes back until told, or breaks. */
export class MemoryStream extends Writable {
  readonly parts: Buffer[] = [];
  private isHeld: boolean;
  private waiting: (() => void)[] = [];

  constructor({ isHeld = false } = {}) {
    super({ highWaterMark: 1 });
    this.isHeld = isHeld;
  }

  get text(): string {
    return Buffer.concat(this.parts).toString('utf8');
  }

  override _write(chunk: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    const take = () => {
      // The writer may reuse its buffer once this is called back.
      this.parts.push(Buffer.from(chunk));
      callback();
    };
    if (this.isHeld) this.waiting.push(take);
    else take();
  }

  releaseOne(): void {
    this.waiting.shift()?.();
  }

  releaseAll(): void {
    this.isHeld = false;
    for (const take of this.waiting.splice(0)) take();
  }
}

export class BrokenStream extends Writable {
  override _write(_chunk: Buffer, _encoding: string, callback: (error?: Error) => void): void {
    callback(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
  }
}
