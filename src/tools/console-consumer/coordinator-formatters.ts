import { MalformedBytesError, Reader, ZERO_UUID } from '../../protocol/primitives.ts';
import { consumerOffsetsRecords } from '../../protocol/records/consumer-offsets.ts';
import { shareGroupStateRecords } from '../../protocol/records/share-group-state.ts';
import { transactionStateRecords } from '../../protocol/records/transaction-state.ts';
import { type Fields, includesVersion, parseVersions, type Table } from '../../protocol/schema.ts';
import { JavaError } from '../../util/java-error.ts';
import { type Formatter } from './formatter.ts';

interface RecordTables {
  readonly key: Table;
  readonly value: Table;
}

/**
 * Records of an internal topic as JSON objects, one after the other without anything between them; records of other types give
 * nothing. Source: Java's CoordinatorRecordMessageFormatter.
 */
function coordinatorFormatter(tables: Readonly<Record<number, RecordTables>>, types: readonly number[]): Formatter {
  return {
    write({ cursor }, output) {
      const key = cursor.key();
      if (key === null) return;
      try {
        const reader = new Reader(key);
        const type = reader.int16();
        const found = types.includes(type) ? tables[type] : undefined;
        if (!found) return;
        const keyText = tableJson(found.key, reader, 0);
        output.text(`{"key":{"type":${type},"data":${keyText}},"value":${valueJson(found.value, cursor.value())}}`);
      } catch (error) {
        if (!(error instanceof MalformedBytesError)) throw error;
        throw new JavaError('java.lang.RuntimeException', error.message);
      }
    },
  };
}

function valueJson(table: Table, value: Buffer | null): string {
  if (value === null) return 'null';
  const reader = new Reader(value);
  const version = reader.int16();
  const known = Math.min(Math.max(version, table.versions.first), table.versions.last);
  return `{"version":${version},"data":${tableJson(table, reader, known)}}`;
}

/** The fields of that version, in the table's order; a tagged field at its default is left out, as it is on disk. */
function tableJson(table: Table, reader: Reader, version: number): string {
  const values = table.read(reader, version) as Readonly<Record<string, unknown>>;
  const parts: string[] = [];
  for (const [name, field] of Object.entries<Fields[string]>(table.struct.fields)) {
    if (!includesVersion(field.versions, version)) continue;
    const { tagged, default: otherwise } = field.options;
    const isTagged = tagged !== undefined && includesVersion(parseVersions(tagged), version);
    if (isTagged && isDefault(values[name], otherwise ?? field.type.empty())) continue;
    parts.push(`${JSON.stringify(name)}:${jsonOf(values[name])}`);
  }
  return `{${parts.join(',')}}`;
}

function isDefault(value: unknown, otherwise: unknown): boolean {
  return value === otherwise || value === ZERO_UUID || (Array.isArray(value) && value.length === 0);
}

function jsonOf(value: unknown): string {
  if (typeof value === 'bigint') return value.toString();
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('base64'));
  if (Array.isArray(value)) return `[${value.map(jsonOf).join(',')}]`;
  if (typeof value === 'object' && value !== null) {
    const parts = Object.entries(value).map(([name, one]) => `${JSON.stringify(name)}:${jsonOf(one)}`);
    return `{${parts.join(',')}}`;
  }
  return JSON.stringify(value);
}

export function offsetsFormatter(): Formatter {
  return coordinatorFormatter(consumerOffsetsRecords as Readonly<Record<number, RecordTables>>, [0, 1]);
}

export function groupMetadataFormatter(): Formatter {
  return coordinatorFormatter(consumerOffsetsRecords as Readonly<Record<number, RecordTables>>, [2]);
}

export function transactionLogFormatter(): Formatter {
  return coordinatorFormatter(transactionStateRecords as Readonly<Record<number, RecordTables>>, [0]);
}

export function shareGroupFormatter(): Formatter {
  const tables = consumerOffsetsRecords as Readonly<Record<number, RecordTables>>;
  return coordinatorFormatter(tables, [10, 11, 12, 13, 14, 15]);
}

export function shareGroupStateFormatter(): Formatter {
  return coordinatorFormatter(shareGroupStateRecords as Readonly<Record<number, RecordTables>>, [0, 1]);
}
