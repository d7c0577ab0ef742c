// Requests as clients send them, and what becomes of them by chance: the same seed makes the same frames.
import { readFileSync } from 'node:fs';

const INTERESTING = [0, 1, 0x7f, 0x80, 0xff];
const CORRELATION_AT = 4;

export class Mutator {
  constructor(file, seed) {
    this.frames = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => Buffer.from(JSON.parse(line).request, 'hex'));
    this.state = seed >>> 0 || 1;
  }

  /** xorshift32. */
  random(below) {
    this.state ^= this.state << 13;
    this.state ^= this.state >>> 17;
    this.state ^= this.state << 5;
    return (this.state >>> 0) % below;
  }

  /** A frame without its size. */
  next() {
    if (this.random(20) === 0) return Buffer.from(Array.from({ length: this.random(200) }, () => this.random(256)));
    let frame = Buffer.from(this.frames[this.random(this.frames.length)]);
    for (let changes = 1 + this.random(4); changes > 0 && frame.length > 0; changes--) {
      frame = this.change(frame, this.random(frame.length));
    }
    return frame;
  }

  change(frame, at) {
    switch (this.random(7)) {
      case 0:
        frame[at] = this.random(256);
        return frame;
      case 1:
        frame[at] = INTERESTING[this.random(INTERESTING.length)];
        return frame;
      case 2:
        return frame.subarray(0, at);
      case 3:
        if (at + 4 <= frame.length) frame.writeInt32BE([-1, 0x7fffffff, -0x80000000, 0x00ffffff][this.random(4)], at);
        return frame;
      case 4: {
        const inserted = Buffer.alloc(this.random(16), this.random(256));
        return Buffer.concat([frame.subarray(0, at), inserted, frame.subarray(at)]);
      }
      case 5: // the largest varint there is
        return Buffer.concat([frame.subarray(0, at), Buffer.from('ffffffff0f', 'hex'), frame.subarray(at + 1)]);
      default: // another version of the same key
        if (frame.length > 3) frame.writeInt16BE(this.random(15), 2);
        return frame;
    }
  }

  /** With its size, which lies now and then, and a correlation id by which the answer is known. */
  framed(frame, correlationId) {
    const size = Buffer.alloc(4);
    const isLie = this.random(200) === 0;
    size.writeInt32BE(isLie ? [-1, 0x7fffffff, frame.length + 1000][this.random(3)] : frame.length);
    if (frame.length >= CORRELATION_AT + 4) frame.writeInt32BE(correlationId, CORRELATION_AT);
    return Buffer.concat([size, frame]);
  }
}
