import { OutputChunks } from '../../../../src/tools/console-consumer/output-chunks.ts';
import { BrokenStream, MemoryStream } from './memory-stream.ts';

describe('output in whole chunks', () => {
  it('keeps the order of everything written, whatever its size', async () => {
    const stream = new MemoryStream();
    const output = new OutputChunks(stream);
    let expected = '';
    for (let i = 0; i < 3000; i++) {
      const text = i % 500 === 0 ? 'L'.repeat(200_000) : `é${i},`;
      if (i % 2) output.text(text);
      else output.all(Buffer.from(text));
      expected += text;
      if (i % 700 === 0) output.flush();
      await output.drained();
    }
    await output.finish();
    expect(stream.text).toBe(expected);
    expect(output.isEmpty).toBe(true);
  });

  it('says when the reader is behind, and waits for it', async () => {
    const stream = new MemoryStream({ isHeld: true });
    const output = new OutputChunks(stream);
    output.text('one');
    output.flush();
    expect(output.isFull).toBe(false);
    output.text('two');
    output.flush();
    expect(output.isFull).toBe(true);
    let isDrained = false;
    const drained = output.drained().then(() => {
      isDrained = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isDrained).toBe(false);
    stream.releaseOne();
    await drained;
    output.text('three');
    stream.releaseAll();
    await output.finish();
    expect(stream.text).toBe('onetwothree');
  });

  it('does not reuse a buffer that is still on its way', async () => {
    const stream = new MemoryStream({ isHeld: true });
    const output = new OutputChunks(stream);
    for (const text of ['first', 'second', 'third']) {
      output.text(text);
      output.flush();
    }
    stream.releaseAll();
    await output.finish();
    expect(stream.text).toBe('firstsecondthird');
  });

  it('tells once that the reader went away, and drops the rest', async () => {
    const stream = new BrokenStream();
    let told = 0;
    const output = new OutputChunks(stream, () => told++);
    output.text('lost');
    await output.finish();
    expect(output.isBroken).toBe(true);
    output.text('lost as well');
    await output.finish();
    expect(told).toBe(1);
    output.release();
  });
});
