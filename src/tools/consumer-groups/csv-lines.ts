import { JavaError } from '../../util/java-error.ts';

const DATABIND = 'com.fasterxml.jackson.databind';
const SOURCE = '(StringReader)';
const INT_RANGE = 0x80000000n;
const LONG_RANGE = 1n << 63n;

export interface Column {
  readonly name: string;
  readonly type: 'String' | 'int' | 'long';
}

export type CsvValue = string | bigint;

/** Jackson quotes what is long or has anything up to a comma in it, or a backslash. */
export function csvField(text: string): string {
  const isPlain = text.length <= 24 && /^[\x2d-\x5b\x5d-\uffff]*$/.test(text);
  return isPlain ? text : `"${text.replaceAll('"', '""')}"`;
}

function at(line: number | 'UNKNOWN', column: number | 'UNKNOWN'): string {
  return `\n at [Source: ${SOURCE}; line: ${line}, column: ${column}]`;
}

interface Field {
  readonly text: string;
  /** 1-based. */
  readonly column: number;
}

/** The fields of one line; only the first line of `text` counts. */
function splitFields(text: string): Field[] {
  const line = /^[^\r\n]*/.exec(text)?.[0] ?? '';
  const fields: Field[] = [];
  let start = 0;
  for (;;) {
    const quoted = /^[ \t]*"((?:[^"]|"")*)("?)[ \t]*/.exec(line.slice(start));
    let end: number;
    if (quoted === null) {
      const comma = line.indexOf(',', start);
      end = comma < 0 ? line.length : comma;
      fields.push({ text: line.slice(start, end), column: start + 1 });
    } else {
      if (quoted[2] === '') {
        throw new JavaError(
          'com.fasterxml.jackson.core.JsonParseException',
          `Missing closing quote for value${at(1, line.length + 1)}`,
        );
      }
      end = start + quoted[0].length;
      fields.push({ text: (quoted[1] ?? '').replaceAll('""', '"'), column: start + 1 });
      if (end < line.length && line[end] !== ',') {
        const found = line[end] ?? '';
        const complaint = `Unexpected character ('${found}' (code ${found.charCodeAt(0)})): Expected column separator character (',' (code 44)) or end-of-line`;
        throw new JavaError('com.fasterxml.jackson.core.JsonParseException', `${complaint}${at(1, end + 2)}`);
      }
    }
    if (end >= line.length) return fields;
    start = end + 1;
  }
}

function readNumber(field: Field, { name, type }: Column, className: string): bigint {
  const text = field.text.trim();
  if (text === '' || text === 'null') return 0n;
  const where = ` (through reference chain: ${className}["${name}"])`;
  if (!/^[-+]?\d+$/.test(text)) {
    const complaint = `Cannot deserialize value of type \`${type}\` from String "${field.text}": not a valid \`${type}\` value`;
    throw new JavaError(`${DATABIND}.exc.InvalidFormatException`, `${complaint}${at(1, field.column)}${where}`);
  }
  const value = BigInt(text.replace('+', ''));
  const range = type === 'int' ? INT_RANGE : LONG_RANGE;
  if (value < -range || value >= range) {
    const limits = type === 'int' ? '' : ` (-${LONG_RANGE} - ${LONG_RANGE - 1n})`;
    const complaint = `Numeric value (${text}) out of range of ${type}${limits}`;
    throw new JavaError(`${DATABIND}.JsonMappingException`, `${complaint}${at(1, field.column)}${where}`);
  }
  return value;
}

/**
 * One CSV line as Jackson reads it into an object of `className`: columns that are missing are empty or 0. Throws JavaError with
 * Jackson's complaint.
 */
export function readCsvLine(text: string, columns: readonly Column[], className: string): CsvValue[] {
  if (text === '') {
    const complaint = 'No content to map due to end-of-input';
    throw new JavaError(`${DATABIND}.exc.MismatchedInputException`, complaint + at('UNKNOWN', 'UNKNOWN'));
  }
  const fields = splitFields(text);
  const values = columns.map((column, i): CsvValue => {
    const field = fields[i] ?? { text: '', column: 0 };
    return column.type === 'String' ? field.text : readNumber(field, column, className);
  });
  const extra = fields[columns.length];
  if (extra !== undefined && (extra.text !== '' || fields.length > columns.length + 1)) {
    const complaint = `Too many entries: expected at most ${columns.length} (value #${columns.length} (${extra.text.length} chars) "${extra.text}")`;
    throw new JavaError('com.fasterxml.jackson.dataformat.csv.CsvReadException', complaint + at(1, extra.column));
  }
  return values;
}
