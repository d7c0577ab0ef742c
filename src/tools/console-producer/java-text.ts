import { isUtf8 } from 'node:buffer';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const EMPTY = Buffer.alloc(0);

/**
 * What Java's BufferedReader makes of a byte stream, as bytes: CR and CRLF end a line like LF, and what is not UTF-8 becomes
 * U+FFFD. Chunks that are clean pass untouched. Source: java.io.BufferedReader, sun.nio.cs.UTF_8 (JDK 17).
 */
export class JavaText {
  /** The beginning of a character whose other bytes have not come yet: three at most. */
  private pending = EMPTY;
  /** The last character was a CR: a LF right behind it belongs to it. */
  private skipsLineFeed = false;

  /** Text with LF line ends: pieces in order, views on `chunk` or on memory of their own. */
  push(chunk: Buffer): Buffer[] {
    if (chunk.length === 0) return [];
    const pieces: Buffer[] = [];
    let rest = chunk;
    if (this.pending.length > 0) {
      // The cut character is completed on its own, so that the bulk of the chunk can stay where it is.
      const taken = Math.min(chunk.length, 4 - this.pending.length);
      const joint = Buffer.concat([this.pending, chunk.subarray(0, taken)]);
      const end = firstBoundary(joint, this.pending.length);
      if (end === undefined) {
        this.pending = joint;
        return [];
      }
      this.pending = EMPTY;
      pieces.push(this.decode(joint.subarray(0, end)));
      rest = chunk.subarray(end - (joint.length - taken));
    }
    const cut = rest.length - cutCharacterBytes(rest);
    if (cut < rest.length) this.pending = Buffer.from(rest.subarray(cut));
    if (cut > 0) pieces.push(this.pass(rest.subarray(0, cut)));
    return pieces;
  }

  /** What is left when the stream has ended. */
  end(): Buffer[] {
    if (this.pending.length === 0) return [];
    const last = this.decode(this.pending);
    this.pending = EMPTY;
    return [last];
  }

  private pass(text: Buffer): Buffer {
    const isClean = !this.skipsLineFeed && isUtf8(text) && text.indexOf(CARRIAGE_RETURN) < 0;
    return isClean ? text : this.decode(text);
  }

  private decode(bytes: Buffer): Buffer {
    // A bad byte becomes three at most.
    const text = Buffer.allocUnsafe(bytes.length * 3);
    let end = 0;
    for (let at = 0; at < bytes.length; ) {
      const byte = bytes[at] as number;
      if (byte < 0x80) {
        at++;
        if (byte === LINE_FEED && this.skipsLineFeed) {
          this.skipsLineFeed = false;
          continue;
        }
        this.skipsLineFeed = byte === CARRIAGE_RETURN;
        text[end++] = byte === CARRIAGE_RETURN ? LINE_FEED : byte;
        continue;
      }
      this.skipsLineFeed = false;
      const length = characterBytes(bytes, at);
      if (length > 0) {
        for (let i = 0; i < length; i++) text[end++] = bytes[at + i] as number;
        at += length;
      } else {
        text[end++] = 0xef;
        text[end++] = 0xbf;
        text[end++] = 0xbd;
        at -= length;
      }
    }
    return text.subarray(0, end);
  }
}

function isContinuation(byte: number | undefined): boolean {
  return byte !== undefined && (byte & 0xc0) === 0x80;
}

/** Length of the character at `at`, or minus the number of bytes that one U+FFFD stands for. */
function characterBytes(bytes: Buffer, at: number): number {
  const first = bytes[at] as number;
  const second = bytes[at + 1];
  const third = bytes[at + 2];
  if (first >= 0xc2 && first <= 0xdf) return isContinuation(second) ? 2 : -1;
  if (first >= 0xe0 && first <= 0xef) {
    if (second === undefined) return -1;
    if (!isContinuation(second) || (first === 0xe0 && second < 0xa0)) return -1;
    if (!isContinuation(third)) return -2;
    // An encoded surrogate is replaced as a whole.
    return first === 0xed && second >= 0xa0 ? -3 : 3;
  }
  if (first >= 0xf0 && first <= 0xf4) {
    if (!isContinuation(second)) return -1;
    const next = second as number;
    if ((first === 0xf0 && next < 0x90) || (first === 0xf4 && next > 0x8f)) return -1;
    if (!isContinuation(third)) return -2;
    return isContinuation(bytes[at + 3]) ? 4 : -3;
  }
  return -1;
}

/** Bytes that the character begun by `lead` should have. */
function expectedBytes(lead: number): number {
  if (lead >= 0xf0 && lead <= 0xf4) return 4;
  if (lead >= 0xe0 && lead <= 0xef) return 3;
  return lead >= 0xc2 && lead <= 0xdf ? 2 : 1;
}

/** How many bytes at the end begin a character that may still become whole. */
function cutCharacterBytes(bytes: Buffer): number {
  for (let back = 1; back <= Math.min(3, bytes.length); back++) {
    const byte = bytes[bytes.length - back] as number;
    if (isContinuation(byte)) continue;
    if (expectedBytes(byte) <= back) return 0;
    return canContinue(bytes, bytes.length - back, back) ? back : 0;
  }
  return 0;
}

/** Whether the `length` bytes at `at` are a true prefix of a character. */
function canContinue(bytes: Buffer, at: number, length: number): boolean {
  return -characterBytes(bytes.subarray(at, at + length), 0) === length;
}

/** Where a new character begins at or behind `from`; undefined: more bytes are needed to tell. */
function firstBoundary(bytes: Buffer, from: number): number | undefined {
  let at = 0;
  while (at < from) {
    const left = bytes.length - at;
    const isCut = expectedBytes(bytes[at] as number) > left && canContinue(bytes, at, left);
    if (isCut) return undefined;
    at += Math.abs(characterBytes(bytes, at));
  }
  return at;
}
