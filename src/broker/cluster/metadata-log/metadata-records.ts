import { MalformedBytesError, Reader, Writer } from '../../../protocol/primitives.ts';
import { metadataRecords } from '../../../protocol/records/cluster-metadata.ts';
import { type Fields, type Input, includesVersion, type Table } from '../../../protocol/schema.ts';

/** One record of the metadata log or of a snapshot. Its table says what `value` is; decoded values are complete. */
export interface MetadataRecord {
  readonly table: Table;
  readonly version: number;
  readonly value: unknown;
}

/** A record to write; absent fields take their defaults. */
export function record<F extends Fields>(table: Table<F>, version: number, value: Input<F>): MetadataRecord {
  return { table: table as unknown as Table, version, value };
}

const TABLES = new Map<number, Table>(
  Object.entries(metadataRecords).map(([id, table]) => [Number(id), table as unknown as Table]),
);
const IDS = new Map([...TABLES].map(([id, table]) => [table, id]));
const FRAME_VERSION = 1;

/** Bytes of a record's value: frame version, type and version before the struct (kafka MetadataRecordSerde). */
export function encodeMetadataRecord({ table, version, value }: MetadataRecord): Buffer {
  const writer = new Writer();
  writer.uvarint(FRAME_VERSION);
  writer.uvarint(IDS.get(table) as number);
  writer.uvarint(version);
  table.write(writer, value as Input<Fields>, version);
  return writer.toBuffer();
}

/** Throws MalformedBytesError, also for types and versions of a newer Kafka. */
export function decodeMetadataRecord(bytes: Buffer): MetadataRecord {
  const reader = new Reader(bytes);
  const frameVersion = reader.uvarint();
  if (frameVersion !== FRAME_VERSION) throw new MalformedBytesError(`metadata record frame version ${frameVersion}`);
  const id = reader.uvarint();
  const version = reader.uvarint();
  const table = TABLES.get(id);
  if (table === undefined) throw new MalformedBytesError(`metadata record type ${id}`);
  if (!includesVersion(table.versions, version)) throw new MalformedBytesError(`${table.name} version ${version}`);
  const value = table.read(reader, version);
  if (reader.remaining > 0) throw new MalformedBytesError(`${reader.remaining} bytes behind a ${table.name}`);
  return { table, version, value };
}
