import { MalformedBytesError, Reader, Writer } from '../../protocol/primitives.ts';
import {
  shareSnapshotKey,
  shareSnapshotValue,
  shareUpdateKey,
  shareUpdateValue,
} from '../../protocol/records/share-group-state.ts';
import { type SharePartitionKey, type ShareState, type StateWrite } from './types.ts';

const SNAPSHOT = 0;
const UPDATE = 1;
const VERSION = 0;

/** A snapshot is a whole state (null deletes it); an update holds what changed since the snapshot of its epoch. */
export type ShareStateRecord =
  | { readonly kind: 'snapshot'; readonly key: SharePartitionKey; readonly state: ShareState | null }
  | { readonly kind: 'update'; readonly key: SharePartitionKey; readonly update: ShareUpdate };

export interface ShareUpdate extends Omit<StateWrite, 'stateEpoch'> {
  readonly snapshotEpoch: number;
}

export interface EncodedRecord {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

export function encodeSnapshot(key: SharePartitionKey, state: ShareState | null): EncodedRecord {
  const keyWriter = new Writer();
  keyWriter.int16(SNAPSHOT);
  shareSnapshotKey.write(keyWriter, key, 0);
  if (state === null) return { key: keyWriter.toBuffer(), value: null };
  const { createTimestampMs, writeTimestampMs, stateBatches, ...rest } = state;
  const writer = new Writer();
  writer.int16(VERSION);
  const timestamps = { createTimestamp: BigInt(createTimestampMs), writeTimestamp: BigInt(writeTimestampMs) };
  shareSnapshotValue.write(writer, { ...rest, ...timestamps, stateBatches: [...stateBatches] }, VERSION);
  return { key: keyWriter.toBuffer(), value: writer.toBuffer() };
}

export function encodeUpdate(key: SharePartitionKey, update: ShareUpdate): EncodedRecord {
  const keyWriter = new Writer();
  keyWriter.int16(UPDATE);
  shareUpdateKey.write(keyWriter, key, 0);
  const writer = new Writer();
  writer.int16(VERSION);
  shareUpdateValue.write(writer, { ...update, stateBatches: [...update.stateBatches] }, VERSION);
  return { key: keyWriter.toBuffer(), value: writer.toBuffer() };
}

/** Null for a key of another type. Throws MalformedBytesError. */
export function decodeShareRecord(key: Buffer, value: Buffer | null): ShareStateRecord | null {
  const keyReader = new Reader(key);
  const type = keyReader.int16();
  if (type !== SNAPSHOT && type !== UPDATE) return null;
  const partition = (type === SNAPSHOT ? shareSnapshotKey : shareUpdateKey).read(keyReader, 0);
  if (value === null) return { kind: 'snapshot', key: partition, state: null };
  const reader = new Reader(value);
  const version = reader.int16();
  if (version !== VERSION) throw new MalformedBytesError(`share group state version ${version}`);
  if (type === UPDATE) return { kind: 'update', key: partition, update: shareUpdateValue.read(reader, VERSION) };
  const { createTimestamp, writeTimestamp, ...rest } = shareSnapshotValue.read(reader, VERSION);
  const timestamps = { createTimestampMs: Number(createTimestamp), writeTimestampMs: Number(writeTimestamp) };
  return { kind: 'snapshot', key: partition, state: { ...rest, ...timestamps } };
}
