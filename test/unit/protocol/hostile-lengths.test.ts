import { execFileSync } from 'node:child_process';
import { MalformedBytesError, Reader } from '../../../src/protocol/primitives.ts';
import { apis } from '../../golden/tables.ts';
import { hostileValues, replaced, smallMessage } from './hostile-lengths.ts';

const MB = 1024 * 1024;

describe('lengths and counts that lie', () => {
  const messages = apis.flatMap(({ name, request }) => {
    const { first, last } = request.versions;
    return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => ({ name, request, version: first + i }));
  });

  it('are taken from messages that are read without them', () => {
    let markCount = 0;
    for (const { request, version } of messages) {
      const { bytes, marks } = smallMessage(request, version);
      const reader = new Reader(bytes);
      request.read(reader, version);
      expect(reader.remaining).toBe(0);
      markCount += marks.length;
    }
    expect(markCount).toBeGreaterThan(1500);
  });

  it.each(apis.map(({ name }) => name))('%s: each is refused, at every version', (wanted) => {
    const accepted: string[] = [];
    for (const { name, request, version } of messages) {
      if (name !== wanted) continue;
      const { bytes, marks } = smallMessage(request, version);
      for (const mark of marks) {
        for (const value of hostileValues(mark)) {
          const hostile = replaced(bytes, mark, value);
          const what = `v${version} ${mark.what} of ${mark.path}: ${value.toString('hex')}`;
          try {
            request.read(new Reader(hostile), version);
            accepted.push(what);
          } catch (error) {
            if (!(error instanceof MalformedBytesError)) accepted.push(`${what}: ${error}`);
          }
        }
      }
    }
    expect(accepted).toEqual([]);
  });

  it('are refused before anything is allocated for them, and true counts up to a bound of all elements', () => {
    const meter = new URL('./length-meter.ts', import.meta.url).pathname;
    const measured = JSON.parse(execFileSync(process.execPath, ['--expose-gc', meter], { encoding: 'utf8' })) as {
      liesGrownBytes: number;
      refusedFrames: string[];
      acceptedFrames: string[];
      mostBytesPerElement: number;
      mostGrownFrame: string;
    };
    expect(measured.liesGrownBytes).toBeLessThan(48 * MB);
    expect(measured.refusedFrames.length).toBeGreaterThan(30);
    expect(measured.acceptedFrames).toEqual([]);
    // Times MAX_REQUEST_ELEMENTS that is what one request may cost beside its frame.
    expect([measured.mostGrownFrame, measured.mostBytesPerElement < 512]).toEqual([measured.mostGrownFrame, true]);
  });
});
