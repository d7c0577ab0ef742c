import { FrameSizeError, FrameSplitter } from '../../../src/transport/index.ts';

function frame(body: string): Buffer {
  const bytes = Buffer.alloc(4 + Buffer.byteLength(body));
  bytes.writeInt32BE(bytes.length - 4, 0);
  bytes.write(body, 4);
  return bytes;
}

function drain(splitter: FrameSplitter): string[] {
  const frames: string[] = [];
  for (let one = splitter.next(); one !== null; one = splitter.next()) frames.push(one.toString());
  return frames;
}

describe('FrameSplitter', () => {
  const bodies = ['', 'a', 'hello', 'x'.repeat(300), '', 'end'];
  const stream = Buffer.concat(bodies.map(frame));

  it('finds the same frames for every size of cut', () => {
    for (let cut = 1; cut <= stream.length; cut++) {
      const splitter = new FrameSplitter(1000);
      const frames: string[] = [];
      for (let at = 0; at < stream.length; at += cut) {
        splitter.push(Buffer.from(stream.subarray(at, at + cut)));
        frames.push(...drain(splitter));
      }
      expect(frames).toEqual(bodies);
      expect(splitter.bufferedBytes).toBe(0);
    }
  });

  it('keeps frames behind one that is not asked for yet', () => {
    const splitter = new FrameSplitter(1000);
    splitter.push(stream);
    expect(splitter.next()?.toString()).toBe('');
    expect(splitter.next()?.toString()).toBe('a');
    splitter.push(frame('more'));
    expect(drain(splitter)).toEqual([...bodies.slice(2), 'more']);
  });

  it.each([-1, -2147483648, 1001])('refuses the size %d before its bytes arrive', (size) => {
    const splitter = new FrameSplitter(1000);
    const prefix = Buffer.alloc(4);
    prefix.writeInt32BE(size);
    splitter.push(prefix);
    expect(() => splitter.next()).toThrow(FrameSizeError);
  });

  it('accepts a frame of exactly the limit', () => {
    const splitter = new FrameSplitter(5);
    splitter.push(frame('12345'));
    expect(drain(splitter)).toEqual(['12345']);
  });

  it('takes a large frame in single bytes in linear time', () => {
    const body = Buffer.alloc(400_000, 'z');
    const whole = frame(body.toString());
    const splitter = new FrameSplitter(1 << 20);
    for (let at = 0; at < whole.length - 1; at++) splitter.push(Buffer.from(whole.subarray(at, at + 1)));
    expect(splitter.next()).toBeNull();
    splitter.push(whole.subarray(whole.length - 1));
    expect(splitter.next()?.equals(body)).toBe(true);
    expect(splitter.bufferedBytes).toBe(0);
  });
});
