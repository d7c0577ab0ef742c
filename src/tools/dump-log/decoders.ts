import { Reader } from '../../protocol/primitives.ts';
import { consumerProtocolAssignment, consumerProtocolSubscription } from '../../protocol/records/clients.ts';
import { metadataRecords } from '../../protocol/records/cluster-metadata.ts';
import { consumerOffsetsRecords } from '../../protocol/records/consumer-offsets.ts';
import { shareGroupStateRecords } from '../../protocol/records/share-group-state.ts';
import { transactionStateRecords } from '../../protocol/records/transaction-state.ts';
import { type Table } from '../../protocol/schema.ts';
import { tableJson } from '../../protocol/table-json.ts';
import { JavaError } from '../../util/java-error.ts';
import { remoteMetadataText } from './remote-metadata.ts';

/** What a record holds, in the words of Kafka's tool; null: nothing is printed for it. */
export interface ParsedRecord {
  readonly key: string | null;
  readonly payload: string | null;
}

export interface StoredRecord {
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
}

export type RecordParser = (record: StoredRecord) => ParsedRecord;

export type DecoderName = 'offsets' | 'transactions' | 'metadata' | 'remote metadata' | 'share state';

/** The parser of an internal topic's records. */
export function parserOf(name: DecoderName): RecordParser {
  switch (name) {
    case 'offsets':
      return (record) => coordinatorRecord(record, consumerOffsetsRecords, groupMetadataField);
    case 'transactions':
      return (record) => coordinatorRecord(record, transactionStateRecords);
    case 'share state':
      return (record) => coordinatorRecord(record, shareGroupStateRecords);
    case 'metadata':
      return metadataRecord;
    case 'remote metadata':
      return remoteMetadataRecord;
  }
}

type Tables = Readonly<Record<number, { readonly key: Table; readonly value: Table }>>;
type Replacement = (protocolType: unknown) => (name: string, value: unknown) => string | undefined;

/** Source: DumpLogSegments.CoordinatorRecordMessageParser. */
function coordinatorRecord(
  { offset, key, value }: StoredRecord,
  tables: object,
  replacement?: Replacement,
): ParsedRecord {
  if (key === null) {
    const text = `Failed to decode message at offset ${offset} using the specified decoder (message had a missing key)`;
    throw new JavaError('java.lang.RuntimeException', text);
  }
  try {
    const reader = new Reader(key);
    const type = reader.int16();
    const found = (tables as Tables)[type];
    if (!found) return { key: `Unknown record type ${type} at offset ${offset}, skipping.`, payload: null };
    const keyText = `{"type":"${type}","data":${tableJson(found.key, found.key.read(reader, 0), 0)}}`;
    return { key: keyText, payload: value === null ? '<DELETE>' : coordinatorValue(found.value, value, replacement) };
  } catch (error) {
    return { key: `Error at offset ${offset}, skipping. ${(error as Error).message}`, payload: null };
  }
}

function coordinatorValue(table: Table, value: Buffer, replacement: Replacement | undefined): string {
  const reader = new Reader(value);
  const version = reader.int16();
  if (version < table.versions.first || version > table.versions.last) throw unsupported(version, table);
  const decoded = table.read(reader, version) as Readonly<Record<string, unknown>>;
  const data = tableJson(table, decoded, version, replacement?.(decoded.protocolType));
  return `{"version":"${version}","data":${data}}`;
}

function unsupported(version: number, { name }: Table): Error {
  return new Error(
    `Could not read record with version ${version} from value's buffer due to: ${name} of version ${version} is not known.`,
  );
}

/** Members of consumer groups: what they subscribed to and got, in place of its bytes. */
const groupMetadataField: Replacement = (protocolType) => (name, value) => {
  if (protocolType !== 'consumer' || !Buffer.isBuffer(value)) return undefined;
  if (name === 'subscription') return embedded(consumerProtocolSubscription, value);
  if (name === 'assignment') return embedded(consumerProtocolAssignment, value);
  return undefined;
};

/** Null stays null; unreadable bytes stay as they are. */
function embedded(table: Table, bytes: Buffer): string | undefined {
  try {
    const reader = new Reader(bytes);
    const version = Math.min(reader.int16(), table.versions.last);
    return tableJson(table, table.read(reader, version), version);
  } catch {
    // Whatever a foreign client put there: Kafka's tool shows the bytes, too.
    return undefined;
  }
}

/** Source: DumpLogSegments.ClusterMetadataLogMessageParser. */
function metadataRecord({ offset, value }: StoredRecord): ParsedRecord {
  try {
    const { reader, type, version } = framed(value);
    const table = (metadataRecords as Readonly<Record<number, Table>>)[type];
    if (!table) throw new Error(`Unknown metadata id ${type}`);
    const data = tableJson(table, table.read(reader, version), version);
    return { key: null, payload: `{"type":"${recordTypeName(table.name)}","version":${version},"data":${data}}` };
  } catch (error) {
    return { key: null, payload: `Error at ${offset}, skipping. ${(error as Error).message}` };
  }
}

/** Source: DumpLogSegments.RemoteMetadataLogMessageParser. */
function remoteMetadataRecord({ offset, value }: StoredRecord): ParsedRecord {
  try {
    const { reader, type, version } = framed(value);
    return { key: null, payload: remoteMetadataText(reader, type, version) };
  } catch (error) {
    return { key: null, payload: `Error at offset ${offset}, skipping. ${(error as Error).message}` };
  }
}

/** uvarint frame version 1, uvarint type, uvarint version, then the record. */
function framed(value: Buffer | null): { reader: Reader; type: number; version: number } {
  const reader = new Reader(value ?? Buffer.alloc(0));
  const frame = reader.uvarint();
  if (frame !== 1) {
    const reason = `unknown frame version ${frame}(only frame version 1 is supported)`;
    throw new Error(`Could not deserialize metadata record due to ${reason}`);
  }
  return { reader, type: reader.uvarint(), version: reader.uvarint() };
}

/** `RegisterBrokerRecord` is REGISTER_BROKER_RECORD in Java. */
function recordTypeName(name: string): string {
  return name.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toUpperCase();
}

type Decode = (bytes: Buffer) => string;

const DECODERS: Readonly<Record<string, Decode>> = {
  StringDecoder: (bytes) => bytes.toString('utf8'),
  IntegerDecoder: (bytes) => `${atLeast(bytes, 4).readInt32BE(0)}`,
  LongDecoder: (bytes) => `${atLeast(bytes, 8).readBigInt64BE(0)}`,
  // Java prints where its array lies, which says nothing.
  DefaultDecoder: () => '[B@0',
};
const DECODER_PACKAGE = 'org.apache.kafka.tools.api.';

/** Keys and values by named decoder classes. Throws JavaError: there is no such class. */
export function decodingParser(valueClass: string, keyClass: string): RecordParser {
  const [decodeValue, decodeKey] = [decoderOf(valueClass), decoderOf(keyClass)];
  return ({ key, value }) => ({
    key: key === null ? null : decodeKey(key),
    payload: value === null ? null : decodeValue(value),
  });
}

function decoderOf(className: string): Decode {
  const found = className.startsWith(DECODER_PACKAGE) ? DECODERS[className.slice(DECODER_PACKAGE.length)] : undefined;
  if (found) return found;
  const cause = new JavaError('java.lang.ClassNotFoundException', className);
  throw new JavaError('java.lang.RuntimeException', 'Failed to load decoder class', cause);
}

function atLeast(bytes: Buffer, size: number): Buffer {
  if (bytes.length < size) throw new JavaError('java.nio.BufferUnderflowException');
  return bytes;
}
