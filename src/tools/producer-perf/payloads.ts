import { readFile, stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { JavaError } from '../../util/java-error.ts';
import { javaPattern } from '../../util/java-regex.ts';
import { SplittableRandom } from '../../util/splittable-random.ts';

const CAPITALS = 26;
const CAPITAL_A = 65;
const READ_TEXTS = { path: 'Reading payloads from: ', count: 'Number of records read: ' };

/** Where the values of a run come from; the same values in every run. */
export interface Payloads {
  /** The next value; valid until the next call. */
  next(): Buffer;
}

/** Random capital letters, all records of one size. */
export function randomPayloads(byteCount: number): Payloads {
  const random = new SplittableRandom(0);
  const payload = Buffer.allocUnsafeSlow(byteCount);
  return {
    next() {
      for (let at = 0; at < byteCount; at++) payload[at] = random.nextBelow(CAPITALS) + CAPITAL_A;
      return payload;
    },
  };
}

/** 0, 1, 2, ... as text. */
export function countingPayloads(): Payloads {
  let count = 0;
  return { next: () => Buffer.from(String(count++)) };
}

export function pickedPayloads(payloads: readonly Buffer[]): Payloads {
  const random = new SplittableRandom(0);
  return { next: () => payloads[random.nextBelow(payloads.length)] as Buffer };
}

/** The records of a text file, parted by a Java regular expression. Throws JavaError for a file that is missing or empty. */
export async function readPayloads(
  path: string,
  delimiter: string,
  say: (line: string) => void,
): Promise<readonly Buffer[]> {
  const absolute = resolve(path);
  say(READ_TEXTS.path + absolute);
  const stats = await stat(absolute).catch(() => undefined);
  if (stats === undefined || stats.size === 0) {
    throw new JavaError('java.lang.IllegalArgumentException', 'File does not exist or empty file provided.');
  }
  const text = stats.isDirectory() ? '' : await readFile(absolute, 'utf8');
  const payloads = [...tokens(javaPattern(delimiter), text)].map((token) => Buffer.from(token));
  say(READ_TEXTS.count + payloads.length);
  return payloads;
}

/** Java's Scanner: one delimiter is skipped before each token, so that a leading or trailing one makes no token. */
function* tokens(delimiter: RegExp, text: string): Generator<string> {
  const here = new RegExp(delimiter.source, `${delimiter.flags}y`);
  const ahead = new RegExp(delimiter.source, `${delimiter.flags}g`);
  for (let at = 0; ; ) {
    here.lastIndex = at;
    at += here.exec(text)?.[0].length ?? 0;
    if (at >= text.length) return;
    ahead.lastIndex = at;
    let found = ahead.exec(text);
    if (found && found[0] === '' && found.index === at) {
      ahead.lastIndex = at + 1;
      found = ahead.exec(text);
    }
    const end = found?.index ?? text.length;
    yield text.slice(at, end);
    at = end;
  }
}
