import { PassThrough, Readable } from 'node:stream';
import { Answers } from '../../../src/tools/answers.ts';

describe('answers', () => {
  it('come one line at a time, also when they are typed ahead', async () => {
    const answers = new Answers({ stdin: Readable.from([Buffer.from('y\r\nno'), Buffer.from('\n')]) });
    expect([await answers.next(), await answers.next(), await answers.next()]).toEqual(['y', 'no', '']);
    answers.close();
  });

  it('leave the input alone until a question is asked', async () => {
    const stdin = new PassThrough();
    const answers = new Answers({ stdin });
    expect(stdin.listenerCount('data') + stdin.listenerCount('readable')).toBe(0);
    stdin.end('y\n');
    expect(await answers.next()).toBe('y');
  });
});
