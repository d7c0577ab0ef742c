import { type HeaderInput } from '../../protocol/records/batch-builder.ts';
import { JavaError } from '../../util/java-error.ts';
import { javaPattern, javaSplit } from '../../util/java-regex.ts';

/** How a line is taken apart: headers, headers.delimiter, key, key.separator, value. Source: LineMessageReader. */
export interface LineFormat {
  readonly parsesKey: boolean;
  readonly parsesHeaders: boolean;
  readonly keySeparator: Buffer;
  readonly headersDelimiter: Buffer;
  /** A regular expression, unlike the others. */
  readonly headersSeparator: RegExp;
  readonly headersKeySeparator: string;
  /** A line or header without its separator is taken as a value instead of ending the tool. */
  readonly ignoresErrors: boolean;
  readonly nullMarker: Buffer | null;
  /** `latin1` keeps every byte of input that need not be UTF-8. */
  readonly encoding: 'utf8' | 'latin1';
}

const READER_ERROR = 'org.apache.kafka.common.KafkaException';

function isTrue(text: string | undefined): boolean {
  return text !== undefined && text.trim().toLowerCase() === 'true';
}

/** Reads the reader's properties; throws JavaError for separators that are the same, in Java's order and words. */
export function readLineFormat(properties: ReadonlyMap<string, string>, encoding: LineFormat['encoding']): LineFormat {
  const names = {
    keySeparator: 'key.separator',
    headersDelimiter: 'headers.delimiter',
    headersSeparator: 'headers.separator',
    headersKeySeparator: 'headers.key.separator',
    nullMarker: 'null.marker',
  } as const;
  const keySeparator = properties.get(names.keySeparator) ?? '\t';
  const headersDelimiter = properties.get(names.headersDelimiter) ?? '\t';
  const headersSeparator = properties.get(names.headersSeparator) ?? ',';
  const headersKeySeparator = properties.get(names.headersKeySeparator) ?? ':';
  const nullMarker = properties.get(names.nullMarker);
  const pattern = javaPattern(inEncoding(headersSeparator, encoding));
  const values = { keySeparator, headersDelimiter, headersSeparator, headersKeySeparator, nullMarker };
  const pairs: readonly (readonly [keyof typeof names, keyof typeof names])[] = [
    ['headersDelimiter', 'headersSeparator'],
    ['headersDelimiter', 'headersKeySeparator'],
    ['headersSeparator', 'headersKeySeparator'],
    ['nullMarker', 'keySeparator'],
    ['nullMarker', 'headersSeparator'],
    ['nullMarker', 'headersDelimiter'],
    ['nullMarker', 'headersKeySeparator'],
  ];
  for (const [one, other] of pairs) {
    if (values[one] !== values[other]) continue;
    throw new JavaError(READER_ERROR, `${names[one]} and ${names[other]} may not be equal`);
  }
  return {
    parsesKey: isTrue(properties.get('parse.key')),
    parsesHeaders: isTrue(properties.get('parse.headers')),
    keySeparator: Buffer.from(keySeparator),
    headersDelimiter: Buffer.from(headersDelimiter),
    headersSeparator: pattern,
    headersKeySeparator: inEncoding(headersKeySeparator, encoding),
    ignoresErrors: isTrue(properties.get('ignore.error')),
    nullMarker: nullMarker === undefined ? null : Buffer.from(nullMarker),
    encoding,
  };
}

/** The text as its bytes look in that encoding. */
function inEncoding(text: string, encoding: LineFormat['encoding']): string {
  return encoding === 'utf8' ? text : Buffer.from(text).toString('latin1');
}

/** A line has neither key nor headers nor a way to say null: it is the value. */
export function isPlain(format: LineFormat): boolean {
  return !format.parsesKey && !format.parsesHeaders && format.nullMarker === null;
}

/** Where the parts of a line are; starts below zero mean null. One object serves all lines. */
export class ParsedLine {
  headers: readonly HeaderInput[] | undefined = undefined;
  keyStart = -1;
  keyEnd = -1;
  valueStart = -1;
  valueEnd = -1;
}

/** Takes lines apart, counting them. */
export class LineParser {
  private readonly format: LineFormat;
  private lineNumber = 0;
  /** Where the key separator was found last in `searched`: a line without one does not search all that follows again. */
  private searched: Buffer | null = null;
  private separatorAt = -1;

  constructor(format: LineFormat) {
    this.format = format;
  }

  /** Parses the line from `start` to `end` (exclusive, without its line feed) into `line`. Throws JavaError with the line's number. */
  parse(bytes: Buffer, start: number, end: number, line: ParsedLine): void {
    const { format } = this;
    this.lineNumber++;
    let at = start;
    let headersEnd = -1;
    line.headers = undefined;
    if (format.parsesHeaders) {
      const found = bytes.subarray(0, end).indexOf(format.headersDelimiter, at);
      if (found >= 0) {
        headersEnd = found;
        at = found + format.headersDelimiter.length;
      } else if (!format.ignoresErrors) throw this.missing('headers delimiter', bytes, start, end);
    }
    line.keyStart = -1;
    line.keyEnd = -1;
    if (format.parsesKey) {
      const found = this.findKeySeparator(bytes, at);
      if (found >= 0 && found + format.keySeparator.length <= end) {
        if (!this.isNull(bytes, at, found)) {
          line.keyStart = at;
          line.keyEnd = found;
        }
        at = found + format.keySeparator.length;
      } else if (!format.ignoresErrors) throw this.missing('key separator', bytes, start, end);
    }
    const isNullValue = this.isNull(bytes, at, end);
    line.valueStart = isNullValue ? -1 : at;
    line.valueEnd = isNullValue ? -1 : end;
    if (headersEnd >= 0 && !this.isNull(bytes, start, headersEnd)) {
      line.headers = this.parseHeaders(bytes.toString(format.encoding, start, headersEnd));
    }
  }

  private findKeySeparator(bytes: Buffer, from: number): number {
    const { keySeparator } = this.format;
    if (keySeparator.length === 0) return from;
    if (this.searched !== bytes || (this.separatorAt >= 0 && this.separatorAt < from)) {
      this.searched = bytes;
      this.separatorAt =
        keySeparator.length === 1 ? bytes.indexOf(keySeparator[0] as number, from) : bytes.indexOf(keySeparator, from);
    }
    return this.separatorAt;
  }

  private isNull(bytes: Buffer, start: number, end: number): boolean {
    const { nullMarker } = this.format;
    if (nullMarker === null || end - start !== nullMarker.length) return false;
    return bytes.compare(nullMarker, 0, nullMarker.length, start, end) === 0;
  }

  private parseHeaders(text: string): HeaderInput[] {
    const { headersSeparator, headersKeySeparator, ignoresErrors, encoding, nullMarker } = this.format;
    const marker = nullMarker?.toString(encoding);
    return javaSplit(headersSeparator, text).map((pair) => {
      const at = pair.indexOf(headersKeySeparator);
      if (at < 0) {
        if (ignoresErrors) return { key: Buffer.from(pair, encoding), value: null };
        const shown = Buffer.from(pair, encoding).toString();
        throw new JavaError(
          READER_ERROR,
          `No header key separator found in pair '${shown}' on line number ${this.lineNumber}`,
        );
      }
      const key = pair.slice(0, at);
      if (key === marker) {
        throw new JavaError(
          READER_ERROR,
          `Header keys should not be equal to the null marker '${nullMarker}' as they can't be null`,
        );
      }
      const value = pair.slice(at + headersKeySeparator.length);
      return { key: Buffer.from(key, encoding), value: value === marker ? null : Buffer.from(value, encoding) };
    });
  }

  private missing(what: string, bytes: Buffer, start: number, end: number): JavaError {
    const line = bytes.toString('utf8', start, end);
    return new JavaError(READER_ERROR, `No ${what} found on line number ${this.lineNumber}: '${line}'`);
  }
}
