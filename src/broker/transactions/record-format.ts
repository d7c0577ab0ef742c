import { MalformedBytesError, Reader, Writer } from '../../protocol/primitives.ts';
import { transactionLogKey, transactionLogValue } from '../../protocol/records/transaction-state.ts';
import { TRANSACTION_STATES, type TransactionValue, transactionStateName } from './transaction-state.ts';

const KEY_ID = 0;
/** 4.3.1 writes version 1 (transaction.version 2). */
const VALUE_VERSION = 1;

function prefixed(version: number, write: (writer: Writer) => void): Buffer {
  const writer = new Writer(128);
  writer.int16(version);
  write(writer);
  return writer.toBuffer();
}

export function partitionKey(topic: string, partition: number): string {
  return `${topic}-${partition}`;
}

/** Splits at the last dash: topic names may hold dashes. */
export function parsePartitionKey(key: string): { topic: string; partition: number } {
  const dash = key.lastIndexOf('-');
  return { topic: key.slice(0, dash), partition: Number(key.slice(dash + 1)) };
}

/** Value null is a tombstone: the id expired. */
export function encodeTransaction(
  transactionalId: string,
  value: TransactionValue | null,
): { key: Buffer; value: Buffer | null } {
  const key = prefixed(KEY_ID, (writer) => transactionLogKey.write(writer, { transactionalId }, 0));
  if (value === null) return { key, value: null };
  const byTopic = Map.groupBy([...value.partitions].map(parsePartitionKey), (one) => one.topic);
  const transactionPartitions = [...byTopic].map(([topic, all]) => ({
    topic,
    partitionIds: all.map((one) => one.partition).sort((a, b) => a - b),
  }));
  const fields = {
    producerId: value.producerId,
    previousProducerId: value.previousProducerId,
    nextProducerId: value.nextProducerId,
    producerEpoch: value.producerEpoch,
    transactionTimeoutMs: value.timeoutMs,
    transactionStatus: TRANSACTION_STATES[value.state],
    // kafka 4.x TransactionLog: null, not empty, in the state Empty.
    transactionPartitions: value.state === 'Empty' ? null : transactionPartitions,
    transactionLastUpdateTimestampMs: value.lastUpdateMs,
    transactionStartTimestampMs: value.startTimeMs,
    clientTransactionVersion: value.clientVersion === 2 ? 2 : 0,
  };
  return {
    key,
    value: prefixed(VALUE_VERSION, (writer) => transactionLogValue.write(writer, fields, VALUE_VERSION)),
  };
}

/** The transactional id of a record's key; null for a kind of record this code does not know. */
export function decodeTransactionKey(key: Buffer): string | null {
  const reader = new Reader(key);
  return reader.int16() === KEY_ID ? transactionLogKey.read(reader, 0).transactionalId : null;
}

export function decodeTransactionValue(bytes: Buffer): TransactionValue {
  const reader = new Reader(bytes);
  const version = reader.int16();
  if (version < 0 || version > transactionLogValue.versions.last) {
    throw new MalformedBytesError(`transaction record version ${version}`);
  }
  const read = transactionLogValue.read(reader, version);
  const state = transactionStateName(read.transactionStatus);
  if (state === undefined) throw new MalformedBytesError(`transaction status ${read.transactionStatus}`);
  const partitions = new Set<string>();
  for (const { topic, partitionIds } of read.transactionPartitions ?? []) {
    for (const partition of partitionIds) partitions.add(partitionKey(topic, partition));
  }
  return {
    state,
    producerId: read.producerId,
    previousProducerId: read.previousProducerId,
    nextProducerId: read.nextProducerId,
    producerEpoch: read.producerEpoch,
    timeoutMs: read.transactionTimeoutMs,
    partitions,
    startTimeMs: read.transactionStartTimestampMs,
    lastUpdateMs: read.transactionLastUpdateTimestampMs,
    clientVersion: read.clientTransactionVersion >= 2 ? 2 : 1,
  };
}
