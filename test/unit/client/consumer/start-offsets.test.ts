import { parseOffsetReset } from '../../../../src/client/consumer/start-offsets.ts';

describe('auto.offset.reset', () => {
  it('is a word, nothing, or how far back to start', () => {
    expect(parseOffsetReset('earliest')).toBe('earliest');
    expect(parseOffsetReset('none')).toBeNull();
    expect(parseOffsetReset('by_duration:PT1H')).toEqual({ youngerThanMs: 3_600_000 });
    expect(parseOffsetReset('by_duration:PT0.5S')).toEqual({ youngerThanMs: 500 });
  });
});
