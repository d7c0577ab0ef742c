const LINE_FEED = 10;
const FOUR_LINE_FEEDS = 0x0a0a0a0a;

/**
 * Copies bytes up to, not including, the next line feed of `source` at or behind `from`; returns how many, or -1 when none comes
 * before `sourceEnd` or before the target is full at `targetEnd`. Looks and copies in one pass, four bytes at a time: for short
 * lines several times as fast as a call into native code for each of the two. The views lie on the same bytes as the buffers.
 */
export function copyLine(
  source: Buffer,
  sourceView: DataView,
  from: number,
  sourceEnd: number,
  target: Buffer,
  targetView: DataView,
  to: number,
  targetEnd: number,
): number {
  const lastWord = from + Math.min(sourceEnd - from, targetEnd - to) - 4;
  let at = from;
  let end = to;
  while (at <= lastWord) {
    const word = sourceView.getInt32(at, true);
    const difference = word ^ FOUR_LINE_FEEDS;
    // A byte of zero, if there is one, shows as a high bit.
    if (((difference - 0x01010101) & ~difference & 0x80808080) !== 0) break;
    targetView.setInt32(end, word, true);
    at += 4;
    end += 4;
  }
  while (at < sourceEnd && end < targetEnd) {
    const byte = source[at] as number;
    if (byte === LINE_FEED) return at - from;
    target[end++] = byte;
    at++;
  }
  return at < sourceEnd && source[at] === LINE_FEED ? at - from : -1;
}

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
